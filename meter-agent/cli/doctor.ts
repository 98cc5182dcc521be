import type { AgentConfig } from '../config/config.ts';
import { askStatus } from './ask-agent.ts';
import { checkBackup, checkRestore } from './check-backup.ts';
import { checkChargePoints, listenForChargePoint } from './check-charge-points.ts';
import { checkEvidence } from './check-evidence.ts';
import { checkDisk, checkKey, checkListing, checkRoom } from './check-home.ts';
import { checkApi, checkLedger } from './check-ledger.ts';
import { checkStops } from './check-stops.ts';
import { type Finding, ok } from './findings.ts';
import { type Command, configFileOf, configOf, parseFlags, usageError } from './options.ts';
import { say } from './speech.ts';

const MAX_LISTEN_SEC = 600;

/** Checks everything that charging needs. Exit code 1 when something is broken. */
export const doctor: Command = async (args) => {
  const { values } = parseFlags(args, {
    json: { type: 'boolean', default: false },
    listen: { type: 'string', default: '10' },
  });
  const listenSec = Number(values.listen);
  if (!(listenSec >= 0 && listenSec <= MAX_LISTEN_SEC)) {
    throw usageError(
      say('cli.doctor.listen'),
      say('cli.doctor.listen.remedy', { max: MAX_LISTEN_SEC }),
      values.listen,
    );
  }
  const config = configOf(values);
  const findings = [
    ok('config', say('cli.doctor.config', { file: configFileOf(values) })),
    ...(await examine(config, listenSec)),
  ];
  if (values.json) console.log(JSON.stringify(findings));
  else console.log(linesOf(findings));
  return findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
};

async function examine(config: AgentConfig, listenSec: number): Promise<Finding[]> {
  const { dataDir } = config;
  const snapshot = await askStatus(dataDir);
  const [ledger, api, wallboxes] = await Promise.all([
    checkLedger(config),
    checkApi(config, snapshot?.api.isLinked),
    snapshot === undefined ? listenForChargePoint(config, listenSec) : checkChargePoints(snapshot),
  ]);
  const keys = checkKey(dataDir);
  const hasKey = keys.every(({ verdict }) => verdict !== 'fail');
  const backups = hasKey ? checkBackup(config, Math.floor(Date.now() / 1_000)) : [];
  const home = [
    ...keys,
    ...checkDisk(dataDir),
    ...backups,
    ...checkRoom(dataDir, snapshot),
    ...checkListing(dataDir, snapshot),
  ];
  const stops = snapshot === undefined ? [] : [...checkStops(snapshot), ...checkEvidence(snapshot)];
  return [...home, ...checkRestore(snapshot), ...ledger, ...api, ...wallboxes, ...stops];
}

/** In columns; what to do stands below what was found. */
function linesOf(findings: readonly Finding[]): string {
  const cells = findings.map(({ verdict, what, ...rest }) => ({
    ...{ verdict: say('cli.doctor.verdict', { verdict }), what: say('cli.doctor.what', { what }), ...rest },
  }));
  const widthOf = (name: 'verdict' | 'what') => Math.max(...cells.map((cell) => cell[name].length));
  const widths = { verdict: widthOf('verdict') + 2, what: widthOf('what') + 2 };
  const lineOf = ({ verdict, what, text, remedy }: (typeof cells)[number]) => [
    `${verdict.padEnd(widths.verdict)}${what.padEnd(widths.what)}${text}`,
    ...(remedy === undefined ? [] : [`${''.padEnd(widths.verdict + widths.what)}→ ${remedy}`]),
  ];
  return cells.flatMap(lineOf).join('\n');
}
