import { backupText, restoreText } from './backup-text.ts';
import { dialRemedy, dialText, shortCard } from './callers-text.ts';
import { forwardText } from './forward-text.ts';
import { noticeText } from './notice-text.ts';
import { outageText, queueText } from './outages.ts';
import type { Snapshot } from './snapshot.ts';
import { momentText } from './times.ts';

/** What the page may show: pairing codes and sessions are only for browsers on this machine. */
export interface PageOptions {
  isLocal: boolean;
  /** The reader's, from the browser (IANA name); else that of this machine. */
  timeZone?: string | undefined;
  /** Answer to a typed start code. */
  answer?: { isGood: boolean; text: string };
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`);

/** The status page. Everything in it is escaped text, or markup of this file. */
export function pageHtml(snapshot: Snapshot, { isLocal, timeZone, answer }: PageOptions): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Meter agent</title>
<link rel="stylesheet" href="/status.css">
<script src="/status.js" defer></script>
</head>
<body>
<main>
<h1>Meter agent</h1>
${formHtml(answer)}
<div id="live">
${isLocal ? localHtml(snapshot, timeZone) : chargePointsHtml(snapshot, false, timeZone)}
</div>
</main>
</body>
</html>
`;
}

function formHtml(answer: PageOptions['answer']): string {
  const answerHtml =
    answer === undefined
      ? ''
      : `<p role="${answer.isGood ? 'status' : 'alert'}" class="${answer.isGood ? 'good' : 'bad'}">${escapeHtml(answer.text)}</p>`;
  return `<form method="post" action="/start">
<h2>Start a booked charge</h2>
${answerHtml}
<label for="code">Start code of your receipt</label>
<input id="code" name="code" required maxlength="120" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="hint">
<p id="hint">52 letters and digits; spaces and lower case do not matter. For when your phone cannot start it.</p>
<button>Start</button>
</form>`;
}

function localHtml(snapshot: Snapshot, timeZone: string | undefined): string {
  const { ledger, api, queue, restore, at } = snapshot;
  const seen = ledger.seenAt === null ? 'not reached yet' : `answered ${at - ledger.seenAt} s ago`;
  return `${chargePointsHtml(snapshot, true, timeZone)}
${sessionsHtml(snapshot, timeZone)}
${noticesHtml(snapshot, timeZone)}
${refusedHtml(snapshot, timeZone)}
<h2>Connections</h2>
<dl>
<dt>Ledger</dt><dd>${seen}${outageText(ledger.outage, timeZone)}</dd>
<dt>API</dt><dd>${api.isLinked ? 'connected' : 'not connected'}${outageText(api.outage, timeZone)}</dd>
<dt>Waiting</dt><dd>${queueText(queue)}</dd>
<dt>Backup</dt><dd>${escapeHtml(backupText(snapshot, timeZone))}</dd>
${restore === null ? '' : `<dt>Restored</dt><dd>${escapeHtml(restoreText(restore, timeZone))}</dd>`}
<dt>Agent key</dt><dd><code>${escapeHtml(snapshot.agentKey)}</code></dd>
</dl>`;
}

function chargePointsHtml({ chargePoints }: Snapshot, isLocal: boolean, timeZone?: string): string {
  if (chargePoints.length === 0) return '<h2>Wallboxes</h2>\n<p>None has connected yet.</p>';
  const sections = chargePoints.map((chargePoint) => {
    const connectors = chargePoint.connectors
      .map((connector) => connectorHtml(connector, isLocal))
      .join('\n');
    const name = isLocal ? `${chargePoint.id}: ${chargePoint.vendor} ${chargePoint.model}` : chargePoint.id;
    const { forward } = chargePoint;
    const where = forward !== undefined && isLocal ? ` (${escapeHtml(forward.url)})` : '';
    const other =
      forward === undefined
        ? ''
        : `<p>Other central system${where}: ${escapeHtml(forwardText(forward, timeZone))}</p>`;
    return `<section><h3>${escapeHtml(name)}</h3><p>${chargePoint.isOnline ? 'Connected' : 'Not connected'}</p>${other}
<ul>${connectors}</ul></section>`;
  });
  return `<h2>Wallboxes</h2>\n${sections.join('\n')}`;
}

function connectorHtml(connector: Snapshot['chargePoints'][number]['connectors'][number], isLocal: boolean) {
  const { connectorId, status, listingId, pairingCode, health } = connector;
  const status_ = status === null ? 'no status yet' : status;
  const fault = health.lastError === undefined ? '' : `, last error ${health.lastError}`;
  const code =
    isLocal && pairingCode !== null
      ? `<p>Not listed yet. Pairing code: <strong>${escapeHtml(pairingCode)}</strong></p>
<img src="/pairing/${encodeURIComponent(pairingCode)}.svg" width="160" height="160" alt="The pairing code as a QR code">`
      : '';
  const listed = isLocal && listingId !== null ? ', listed' : '';
  return `<li>Connector ${connectorId}: ${escapeHtml(status_ + fault)}${listed}${code}</li>`;
}

function sessionsHtml({ sessions }: Snapshot, timeZone: string | undefined): string {
  if (sessions.length === 0) return '<h2>Bookings</h2>\n<p>None is open.</p>';
  const rows = sessions.map(
    (
      s,
    ) => `<tr><td>${escapeHtml(s.chargePointId)} / ${s.connectorId}</td><td>${momentText(s.startsAt, timeZone)}</td>
<td>${escapeHtml(s.phase)}</td><td>${s.meteredWh} Wh</td><td>${s.billedWh} Wh</td><td>${s.cosignedWh} Wh</td><td>${Math.round(s.powerW)} W</td></tr>`,
  );
  const heads = ['Connector', 'From', 'Phase', 'Metered', 'Billed', 'Co-signed', 'Power'];
  const head = heads.map((text) => `<th scope="col">${text}</th>`).join('');
  return `<h2>Bookings</h2>
<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function noticesHtml({ notices, token }: Snapshot, timeZone: string | undefined): string {
  if (notices.length === 0) return '';
  const items = notices.map(
    (notice) =>
      `<li><time>${momentText(notice.at, timeZone)}</time> ${escapeHtml(noticeText(notice, token, timeZone))}</li>`,
  );
  return `<h2>Notices</h2>\n<ul>${items.join('\n')}</ul>`;
}

/** Wallboxes that could not connect, and cards that nobody here knows. */
function refusedHtml({ failedDials, refusedCards }: Snapshot, timeZone: string | undefined): string {
  const dials = failedDials.map((dial) => `${dialText(dial, timeZone)} ${dialRemedy(dial)}`);
  const cards = refusedCards.map(({ idTag, chargePointId, at, count }) => {
    const times = count === 1 ? '' : `, ${count} times`;
    return `${chargePointId} refused a card that ends with ${shortCard(idTag)} at ${momentText(at, timeZone)}${times}.`;
  });
  if (dials.length + cards.length === 0) return '';
  const hint =
    cards.length === 0
      ? ''
      : '<p>If a card is yours, add its number to ownerIdTags: <code>plugpact-agent status</code> shows it whole.</p>';
  const items = [...dials, ...cards].map((text) => `<li>${escapeHtml(text)}</li>`);
  return `<h2>Refused</h2>\n<ul>${items.join('\n')}</ul>${hint}`;
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
#live[data-stale]::before { content: 'The agent does not answer: this page is outdated.'; font-weight: 600; }
img { background: #fff; padding: .5rem; }
`;

/** Updates without touching a form that somebody may be filling in, in the time zone of the browser. */
export const PAGE_JS = `const live = document.getElementById('live');
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const update = async () => {
  if (document.hidden) return;
  try {
    const query = new URLSearchParams({ timeZone });
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
