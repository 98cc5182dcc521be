import { LANGUAGES, type Language } from '../words/languages.ts';
import { type Speech, speechIn } from '../words/speech.ts';
import { backupText, restoreText } from './backup-text.ts';
import { dialRemedy, dialText, shortCard } from './callers-text.ts';
import { forwardText } from './forward-text.ts';
import { noticeText } from './notice-text.ts';
import { outageText, queueText } from './outages.ts';
import type { Snapshot } from './snapshot.ts';

/** What the page may show: pairing codes and sessions are only for browsers on this machine. */
export interface PageOptions {
  isLocal: boolean;
  language?: Language;
  /** The reader's, from the browser (IANA name); else that of this machine. */
  timeZone?: string | undefined;
  /** Answer to a typed start code. */
  answer?: { isGood: boolean; text: string };
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** The status page. Everything in it is escaped text, or markup of this file. */
export function pageHtml(snapshot: Snapshot, { isLocal, language, timeZone, answer }: PageOptions): string {
  const speech = speechIn(language ?? LANGUAGES[0], timeZone);
  const text = textOf(speech);
  return `<!doctype html>
<html lang="${speech.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text('status.title')}</title>
<link rel="stylesheet" href="/status.css">
<script src="/status.js" defer></script>
</head>
<body>
<main>
<h1>${text('status.title')}</h1>
${formHtml(answer, speech)}
<div id="live" data-outdated="${text('status.outdated')}">
${isLocal ? localHtml(snapshot, speech) : chargePointsHtml(snapshot, false, speech)}
</div>
${otherLanguageHtml(speech)}
</main>
</body>
</html>
`;
}

/** Words as text of a page. */
const textOf =
  ({ say }: Speech): Speech['say'] =>
  (word, values) =>
    escapeHtml(say(word, values));

function otherLanguageHtml(speech: Speech): string {
  const other = LANGUAGES.find((language) => language !== speech.language);
  const name = textOf(speech)('status.otherLanguage');
  return `<p><a href="/?lang=${other}" lang="${other}" hreflang="${other}">${name}</a></p>`;
}

function formHtml(answer: PageOptions['answer'], speech: Speech): string {
  const text = textOf(speech);
  const answerHtml =
    answer === undefined
      ? ''
      : `<p role="${answer.isGood ? 'status' : 'alert'}" class="${answer.isGood ? 'good' : 'bad'}">${escapeHtml(answer.text)}</p>`;
  return `<form method="post" action="/start?lang=${speech.language}">
<h2>${text('status.start.heading')}</h2>
${answerHtml}
<label for="code">${text('status.start.label')}</label>
<input id="code" name="code" required maxlength="120" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="hint">
<p id="hint">${text('status.start.hint')}</p>
<button>${text('status.start.button')}</button>
</form>`;
}

function localHtml(snapshot: Snapshot, speech: Speech): string {
  const { ledger, api, queue, restore, at } = snapshot;
  const text = textOf(speech);
  const seen =
    ledger.seenAt === null
      ? text('status.ledger.notSeen')
      : text('status.ledger.seen', { sec: at - ledger.seenAt });
  const link = text(api.isLinked ? 'status.api.connected' : 'status.api.notConnected');
  const restored = restore === null ? '' : escapeHtml(restoreText(restore, speech));
  return `${chargePointsHtml(snapshot, true, speech)}
${sessionsHtml(snapshot, speech)}
${noticesHtml(snapshot, speech)}
${refusedHtml(snapshot, speech)}
<h2>${text('status.connections')}</h2>
<dl>
<dt>${text('status.ledger')}</dt><dd>${seen}${escapeHtml(outageText(ledger.outage, speech))}</dd>
<dt>${text('status.api')}</dt><dd>${link}${escapeHtml(outageText(api.outage, speech))}</dd>
<dt>${text('status.waiting')}</dt><dd>${escapeHtml(queueText(queue, speech))}</dd>
<dt>${text('status.backup')}</dt><dd>${escapeHtml(backupText(snapshot, speech))}</dd>
${restored === '' ? '' : `<dt>${text('status.restored')}</dt><dd>${restored}</dd>`}
<dt>${text('status.agentKey')}</dt><dd><code>${escapeHtml(snapshot.agentKey)}</code></dd>
</dl>`;
}

type ChargePoint = Snapshot['chargePoints'][number];

function chargePointsHtml({ chargePoints }: Snapshot, isLocal: boolean, speech: Speech): string {
  const text = textOf(speech);
  const heading = `<h2>${text('status.wallboxes')}</h2>`;
  if (chargePoints.length === 0) return `${heading}\n<p>${text('status.wallboxes.none')}</p>`;
  const sections = chargePoints.map((chargePoint) => {
    const connectors = chargePoint.connectors
      .map((connector) => connectorHtml(connector, isLocal, speech))
      .join('\n');
    const name = isLocal ? `${chargePoint.id}: ${chargePoint.vendor} ${chargePoint.model}` : chargePoint.id;
    const state = text(chargePoint.isOnline ? 'status.connected' : 'status.notConnected');
    return `<section><h3>${escapeHtml(name)}</h3><p>${state}</p>${forwardHtml(chargePoint, isLocal, speech)}
<ul>${connectors}</ul></section>`;
  });
  return `${heading}\n${sections.join('\n')}`;
}

function forwardHtml({ forward }: ChargePoint, isLocal: boolean, speech: Speech): string {
  if (forward === undefined) return '';
  const state = forwardText(forward, speech);
  const text = textOf(speech);
  const shown = isLocal
    ? text('status.forward.at', { url: forward.url, state })
    : text('status.forward', { state });
  return `<p>${shown}</p>`;
}

function connectorHtml(connector: ChargePoint['connectors'][number], isLocal: boolean, speech: Speech) {
  const { connectorId, status, listingId, pairingCode, health } = connector;
  const text = textOf(speech);
  const error = { hasError: health.lastError === undefined ? 'no' : 'yes', error: health.lastError ?? '' };
  const line = text('status.connector', {
    ...{ id: connectorId, status: status ?? speech.say('status.connector.none'), ...error },
    isListed: isLocal && listingId !== null ? 'yes' : 'no',
  });
  const code =
    isLocal && pairingCode !== null
      ? `<p>${text('status.pairing')} <strong>${escapeHtml(pairingCode)}</strong></p>
<img src="/pairing/${encodeURIComponent(pairingCode)}.svg" width="160" height="160" alt="${text('status.pairing.picture')}">`
      : '';
  return `<li>${line}${code}</li>`;
}

const HEADS = ['connector', 'from', 'phase', 'metered', 'billed', 'cosigned', 'power'] as const;

function sessionsHtml({ sessions }: Snapshot, speech: Speech): string {
  const text = textOf(speech);
  const heading = `<h2>${text('status.bookings')}</h2>`;
  if (sessions.length === 0) return `${heading}\n<p>${text('status.bookings.none')}</p>`;
  const rows = sessions.map(
    (
      s,
    ) => `<tr><td>${escapeHtml(s.chargePointId)} / ${s.connectorId}</td><td>${speech.moment(s.startsAt)}</td>
<td>${escapeHtml(s.phase)}</td><td>${s.meteredWh} Wh</td><td>${s.billedWh} Wh</td><td>${s.cosignedWh} Wh</td><td>${Math.round(s.powerW)} W</td></tr>`,
  );
  const head = HEADS.map((name) => `<th scope="col">${text(`status.heads.${name}`)}</th>`).join('');
  return `${heading}
<div class="wide" role="region" tabindex="0" aria-label="${text('status.bookings')}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function noticesHtml({ notices, token }: Snapshot, speech: Speech): string {
  if (notices.length === 0) return '';
  const items = notices.map(
    (notice) =>
      `<li><time>${speech.moment(notice.at)}</time> ${escapeHtml(noticeText(notice, token, speech))}</li>`,
  );
  return `<h2>${textOf(speech)('status.notices')}</h2>\n<ul>${items.join('\n')}</ul>`;
}

/** Wallboxes that could not connect, and cards that nobody here knows. */
function refusedHtml({ failedDials, refusedCards }: Snapshot, speech: Speech): string {
  const text = textOf(speech);
  const dials = failedDials.map((dial) =>
    escapeHtml(`${dialText(dial, speech)} ${dialRemedy(dial, speech)}`),
  );
  const cards = refusedCards.map(({ idTag, chargePointId, at, count }) =>
    text('status.refused.card', {
      ...{ wallbox: chargePointId, ending: shortCard(idTag), at: speech.moment(at), count },
    }),
  );
  if (dials.length + cards.length === 0) return '';
  const hint =
    cards.length === 0 ? '' : `<p>${text('status.refused.hint')} <code>plugpact-agent status</code></p>`;
  const items = [...dials, ...cards].map((item) => `<li>${item}</li>`);
  return `<h2>${text('status.refused')}</h2>\n<ul>${items.join('\n')}</ul>${hint}`;
}

export const PAGE_CSS = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 44rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 1.5rem; } h3 { font-size: 1rem; margin-bottom: 0; }
label, input, button { display: block; font: inherit; }
input { box-sizing: border-box; width: 100%; padding: .6rem; margin: .3rem 0; text-transform: uppercase; }
button { padding: .7rem 1.4rem; min-height: 2.75rem; }
input:focus-visible, button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.good { border-left: .3rem solid #1a7f37; padding-left: .6rem; }
.bad { border-left: .3rem solid #cf222e; padding-left: .6rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; } th, td { text-align: left; padding: .3rem .8rem .3rem 0; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; overflow-wrap: anywhere; }
#live[data-stale]::before { content: attr(data-outdated); font-weight: 600; }
img { background: #fff; padding: .5rem; }
`;

/** Updates without touching a form that somebody may be filling in, in the language and the browser's time zone of its reader. */
export const PAGE_JS = `const live = document.getElementById('live');
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const { lang } = document.documentElement;
const update = async () => {
  if (document.hidden) return;
  try {
    const query = new URLSearchParams({ lang, timeZone });
    const response = await fetch('/?' + query, { signal: AbortSignal.timeout(4000) });
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('live');
    delete live.dataset.stale;
    if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
  } catch {
    live.dataset.stale = 'true';
  }
};
void update();
setInterval(update, 5000);
`;
