import { Anchor, Text } from '@mantine/core';
import type { Hex } from 'viem';
import type { ConfigResponse } from '../../../protocol/api.ts';
import { shortHex } from '../app/units.ts';
import { t } from '../app/words.ts';
import { transactionUrl } from './explorer.ts';

/** A transaction: a link to the network's explorer where there is one. */
export function Transaction({ config, hash }: { config: ConfigResponse; hash: Hex }) {
  const href = transactionUrl(config, hash);
  if (href === undefined) {
    return (
      <Text span inherit ff="monospace" title={hash}>
        {shortHex(hash)}
      </Text>
    );
  }
  return (
    <Anchor
      inherit
      href={href}
      target="_blank"
      rel="noreferrer"
      aria-label={t('settlement.explorer', { hash })}
    >
      {shortHex(hash)}
    </Anchor>
  );
}
