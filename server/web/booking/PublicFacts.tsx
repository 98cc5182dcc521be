import { useState } from 'react';
import { PublicForever, usePublicForeverRead } from '../app/PublicForever.tsx';
import { t } from '../app/words.ts';

/**
 * What stays on the ledger: in full, with the consent, before the first signature; folded once the reader has consented.
 * `read` is whether they have.
 */
export function usePublicFacts() {
  const [isRead, setRead] = usePublicForeverRead('driver');
  const [isKnown] = useState(isRead);
  const facts = [t('booking.public.account'), t('booking.public.figures')];
  const view = isKnown ? (
    <details className="pp-unfold">
      <summary>{t('booking.public.title')}</summary>
      <ul>
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
    </details>
  ) : (
    <PublicForever facts={facts} read={isRead} onRead={setRead} />
  );
  return { isRead, view };
}
