import { FORMER_METRICS } from './former-names.ts';
import type { Snapshot } from './snapshot.ts';

type Sample = readonly [labels: Record<string, string | number>, value: number];

interface Metric {
  name: string;
  help: string;
  samples: readonly Sample[];
}

const METRIC = 'plugpact_agent_';

/** Prometheus' text format, version 0.0.4. Written by hand: the client library would cost 3 MB of memory. */
export function metricsText(snapshot: Snapshot): string {
  return metricsOf(snapshot)
    .filter(({ samples }) => samples.length > 0)
    .flatMap(withFormer)
    .map(textOf)
    .join('');
}

function withFormer(metric: Metric): Metric[] {
  const former = FORMER_METRICS[metric.name];
  if (former === undefined) return [metric];
  return [metric, { ...metric, name: former, help: `Deprecated: use ${METRIC}${metric.name}.` }];
}

function textOf({ name, help, samples }: Metric): string {
  const lines = samples.map(([labels, value]) => `${METRIC}${name}${labelText(labels)} ${value}\n`);
  return `# HELP ${METRIC}${name} ${help}\n# TYPE ${METRIC}${name} gauge\n${lines.join('')}`;
}

function labelText(labels: Sample[0]): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A charge-point id is any text that a wallbox sends. */
const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

function metricsOf({ at, ledger, api, queue, rssBytes, startedAt, ...rest }: Snapshot): Metric[] {
  const one = (value: number | null): Sample[] => (value === null ? [] : [[{}, value]]);
  const lagSec = ledger.headAt === null ? null : at - ledger.headAt;
  const silentSec = ledger.seenAt === null ? null : at - ledger.seenAt;
  return [
    ...chargePointMetrics(rest.chargePoints),
    ...sessionMetrics(rest.sessions),
    {
      name: 'readings_unsigned',
      help: 'Readings that wait for our signature.',
      samples: one(queue.unsignedReadings),
    },
    {
      name: 'queue_length',
      help: 'Readings that the API does not have yet.',
      samples: one(queue.unsentReadings),
    },
    {
      name: 'notices_waiting',
      help: 'Notices that the API does not have yet.',
      samples: one(queue.notices),
    },
    {
      name: 'outbox_messages_waiting',
      help: 'Messages of charge points that their other central systems have not answered.',
      samples: one(queue.outboxMessages),
    },
    {
      name: 'unsettled_sessions',
      help: 'Sessions that are over, and that the ledger has not ended.',
      samples: one(queue.unsettledSessions),
    },
    {
      name: 'ledger_lag_seconds',
      help: "Our clock minus the newest block's time; also shows whose clock is wrong.",
      samples: one(lagSec),
    },
    { name: 'ledger_silent_seconds', help: 'Since the ledger last answered.', samples: one(silentSec) },
    {
      name: 'api_linked',
      help: '1 while the agent is connected to the API.',
      samples: one(api.isLinked ? 1 : 0),
    },
    { name: 'resident_memory_bytes', help: 'Resident memory of the agent.', samples: one(rssBytes) },
    { name: 'start_time_seconds', help: 'When the agent started, unix time.', samples: one(startedAt) },
  ];
}

function chargePointMetrics(chargePoints: Snapshot['chargePoints']): Metric[] {
  const online = chargePoints.filter(({ isOnline }) => isOnline).length;
  const health = (pick: (of: Snapshot['chargePoints'][number]['connectors'][number]['health']) => unknown) =>
    chargePoints.flatMap(({ id, connectors }) =>
      connectors.flatMap(({ connectorId, health: of }): Sample[] => {
        const value = pick(of);
        return typeof value === 'number' ? [[{ charge_point: id, connector: connectorId }, value]] : [];
      }),
    );
  return [
    {
      name: 'charge_points',
      help: 'Wallboxes, by whether they are connected.',
      samples: [
        [{ state: 'online' }, online],
        [{ state: 'offline' }, chargePoints.length - online],
      ],
    },
    {
      name: 'clock_offset_seconds',
      help: "The wallbox's clock minus ours.",
      samples: health((of) => of.clockOffsetSec),
    },
    {
      name: 'temperature_celsius',
      help: "The wallbox's temperature, as it reports it.",
      samples: health((of) => of.temperatureC),
    },
    { name: 'voltage_volts', help: "The wallbox's own measurements.", samples: health((of) => of.voltageV) },
  ];
}

function sessionMetrics(sessions: Snapshot['sessions']): Metric[] {
  const phases = new Map<string, number>();
  for (const { phase } of sessions) phases.set(phase, (phases.get(phase) ?? 0) + 1);
  const sum = (pick: (session: Snapshot['sessions'][number]) => number) =>
    sessions.reduce((total, session) => total + pick(session), 0);
  return [
    {
      name: 'sessions',
      help: 'Sessions that the ledger has not ended, by phase.',
      samples: [...phases].map(([phase, count]): Sample => [{ phase }, count]),
    },
    {
      name: 'session_energy_wh',
      help: 'Energy of the sessions that the ledger has not ended.',
      samples: [[{}, sum(({ energyWh }) => energyWh)]],
    },
    {
      name: 'session_uncosigned_wh',
      help: 'The part of it that drivers have not co-signed.',
      samples: [[{}, sum(({ energyWh, cosignedWh }) => Math.max(0, energyWh - cosignedWh))]],
    },
    { name: 'power_watts', help: 'Power of booked charges.', samples: [[{}, sum(({ powerW }) => powerW)]] },
  ];
}
