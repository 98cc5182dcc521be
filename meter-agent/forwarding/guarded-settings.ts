/**
 * A name as the most lenient charge point may read it: without case, width and signs. Upper case first, because a few
 * letters have the same one as Latin letters.
 */
export const fold = (name: string): string =>
  name
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');

/** Components of OCPP 2.x that are the agent's as a whole. */
const COMPONENTS = [
  'sampleddatactrlr',
  'authctrlr',
  'authcachectrlr',
  'localauthlistctrlr',
  'txctrlr',
  'securityctrlr',
  'smartchargingctrlr',
  'fiscalmetering',
  'networkconfiguration',
];

/** Single variables: an availability, for which ChangeAvailability is the command, and the clock by which limits end. */
const VARIABLES = new Set([
  'evse.enabled',
  'connector.enabled',
  'chargingstation.enabled',
  'clockctrlr.datetime',
  'clockctrlr.timesource',
  'clockctrlr.timeoffset',
]);

/**
 * What metering, limits and the connection to the agent rest on: names of settings (OCPP 1.6) and of variables (2.x), in
 * folded form.
 */
const GUARDED: readonly RegExp[] = [
  // What is measured, how often, and signed by whom.
  /^metervaluesampleinterval/,
  /^metervaluessampleddata/,
  /^stoptxnsampleddata/,
  /^tx(updated|started)(interval|measurands)/,
  /sign(started|updated)?readings/,
  /publickey/,
  // Messages about transactions that got no answer.
  /^(transaction)?message(attempt|retry|timeout)/,
  /^queueallmessages/,
  // Who may charge without being asked for.
  /^(local(pre)?auth|authorizationcache|authcache|authorizeremote|allowofflinetx|offlinetx|masterpass)/,
  /^disable(remoteauthorization|postauthorize)/,
  /free(vend|charg)/,
  // What begins and ends a transaction.
  /^stop(transaction|tx)on/,
  /^tx(start|stop)point|^txbeforeaccepted/,
  /^maxenergyoninvalidid/,
  /^unlock(connector)?onevside/,
  /^(ev)?connectiontimeout/,
  // What limits rest on.
  /^(chargeprofile|chargingprofile|chargingschedule|maxchargingprofiles|smartcharging)/,
  /^externalcontrolsignals/,
  // Passwords, and the address of the agent.
  /passw|authorizationkey|securityprofile|chargeboxid|networkprofile|networkconfig/,
  /(connection|csms|server|backend|backoffice|centralsystem|ocpp|cs)ur[il]/,
];

/** Whether a setting of OCPP 1.6 is the agent's; `fold`ed, because charge points read names differently. */
export function isGuardedKey(key: string): boolean {
  const folded = fold(key);
  return (
    GUARDED.some((pattern) => pattern.test(folded)) ||
    COMPONENTS.some((component) => folded.startsWith(component))
  );
}

/** Whether a variable of OCPP 2.x is the agent's, in whatever instance of it or of its component. */
export function isGuardedVariable(component: string, variable: string): boolean {
  const folded = fold(component);
  if (COMPONENTS.some((guarded) => folded.includes(guarded)) || isGuardedKey(variable)) return true;
  return VARIABLES.has(`${folded}.${fold(variable)}`);
}

/** Longer texts than this in a vendor's command are not read: such a command is refused. */
const MAX_TEXT = 20_000;
const MAX_DEPTH = 12;

/** The words of anything that JSON can say, also of JSON inside of texts. Undefined: too much to read. */
function wordsOf(value: unknown, depth = 0): string[] | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (typeof value === 'string') return wordsOfText(value, depth);
  if (typeof value !== 'object' || value === null) return [];
  const words: string[] = [];
  for (const [key, inner] of Object.entries(value)) {
    const found = wordsOf(inner, depth + 1);
    if (found === undefined) return undefined;
    words.push(key, ...found);
  }
  return words;
}

function wordsOfText(text: string, depth: number): string[] | undefined {
  if (text.length > MAX_TEXT) return undefined;
  try {
    const inner: unknown = JSON.parse(text);
    if (typeof inner !== 'number') return wordsOf(inner, depth + 1);
  } catch {
    // Plain text.
  }
  return text.normalize('NFKC').split(/[^\p{L}\p{N}_.-]+/u);
}

/** Whether a vendor's own command names a guarded setting anywhere: nobody knows what it does with it. */
export function namesGuardedSetting(params: unknown): boolean {
  const words = wordsOf(params);
  return words === undefined || words.some(isGuardedKey);
}
