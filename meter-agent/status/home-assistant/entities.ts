import type { ConnectorStatus } from '../../drivers/charge-point-events.ts';
import type { Snapshot } from '../snapshot.ts';

/** One value that Home Assistant shows, or one switch. */
export interface Entity {
  component: 'sensor' | 'binary_sensor' | 'switch';
  /** Its name among the entities of its device, in topics and ids. */
  key: string;
  /** What its announcement says beside ids and topics, in the words of MQTT discovery. */
  config: Record<string, unknown>;
  /** Null while it is not known. */
  state: string | null;
  /** It is not known while the charge point is disconnected. */
  isOfChargePoint?: true;
}

/** Amounts as text, and the unit of an entity with them. */
export interface Money {
  text: (units: bigint) => string | null;
  unit: { unit_of_measurement?: string };
}

export interface ConnectorFacts {
  snapshot: Pick<Snapshot, 'sessions' | 'at'>;
  chargePoint: Pick<Snapshot['chargePoints'][number], 'id'>;
  connector: Snapshot['chargePoints'][number]['connectors'][number];
  money: Money;
  /** Undefined where lending is shown and not commanded. */
  commandTopic: string | undefined;
}

const STATUSES: readonly ConnectorStatus[] = [
  ...(['Available', 'Preparing', 'Charging', 'SuspendedEVSE', 'SuspendedEV'] as const),
  ...(['Finishing', 'Reserved', 'Unavailable', 'Faulted'] as const),
];

const onOff = (isOn: boolean): string => (isOn ? 'ON' : 'OFF');

/** A token is no currency of ISO 4217, as the device class for money asks: it is a plain sum. */
const earnings = (units: bigint, { text, unit }: Money): Entity => ({
  component: 'sensor',
  key: 'earnings',
  config: { name: 'Earnings', state_class: 'total', icon: 'mdi:cash-plus', ...unit },
  state: text(units),
});

export function agentEntities({ api, chargePoints }: Snapshot, money: Money): Entity[] {
  const earned = chargePoints.flatMap(({ connectors }) => connectors.map((of) => BigInt(of.earned)));
  return [
    {
      component: 'binary_sensor',
      key: 'api',
      config: {
        name: 'Connection to the API',
        device_class: 'connectivity',
        entity_category: 'diagnostic',
      },
      state: onOff(api.isLinked),
    },
    earnings(
      earned.reduce((sum, units) => sum + units, 0n),
      money,
    ),
  ];
}

export function connectorEntities(facts: ConnectorFacts): Entity[] {
  const { connector, money, commandTopic } = facts;
  const { live, next } = sessionsOf(facts);
  return [
    {
      component: 'sensor',
      key: 'status',
      config: { name: 'Status', device_class: 'enum', options: STATUSES, icon: 'mdi:ev-station' },
      state: STATUSES.find((status) => status === connector.status) ?? null,
      isOfChargePoint: true,
    },
    measured('power', 'Power', Math.round(live?.powerW ?? 0), {
      ...{ device_class: 'power', state_class: 'measurement', unit_of_measurement: 'W' },
    }),
    // Begins at 0 with each session, as the state class says.
    measured('session_energy', 'Session energy', live?.energyWh ?? 0, {
      ...{ device_class: 'energy', state_class: 'total_increasing', unit_of_measurement: 'Wh' },
    }),
    {
      component: 'sensor',
      key: 'next_booking',
      config: { name: 'Next booking', device_class: 'timestamp' },
      state: next === undefined ? null : new Date(next.startsAt * 1_000).toISOString(),
    },
    earnings(BigInt(connector.earned), money),
    lending(connector.isLent, commandTopic),
  ];
}

/** Of the booked charge; the owner's own is not measured here. */
const measured = (key: string, name: string, value: number, config: object): Entity => ({
  ...{ component: 'sensor', key, config: { name, ...config }, state: String(value) },
  isOfChargePoint: true,
});

function lending(isLent: boolean, commandTopic: string | undefined): Entity {
  const config = { name: 'Lending', icon: 'mdi:share-variant', payload_on: 'ON', payload_off: 'OFF' };
  const state = onOff(isLent);
  if (commandTopic === undefined) return { component: 'binary_sensor', key: 'lending', config, state };
  return {
    component: 'switch',
    key: 'lending',
    config: { ...config, command_topic: commandTopic, optimistic: false, retain: false },
    state,
  };
}

/** The session under way, or the last one until the ledger has ended it; and the first booking that has not begun. */
function sessionsOf({ snapshot, chargePoint, connector }: ConnectorFacts) {
  const own = snapshot.sessions
    .filter(
      ({ chargePointId, connectorId }) =>
        chargePointId === chargePoint.id && connectorId === connector.connectorId,
    )
    .toSorted((a, b) => a.startsAt - b.startsAt);
  return {
    live: own.findLast(({ phase }) => phase !== 'BOOKED' && phase !== 'ENDED'),
    next: own.find(({ phase, endsAt }) => phase === 'BOOKED' && endsAt > snapshot.at),
  };
}
