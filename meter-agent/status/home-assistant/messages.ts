import { createHash } from 'node:crypto';
import { formatToken } from '../../../protocol/units.ts';
import type { Snapshot } from '../snapshot.ts';
import { agentEntities, connectorEntities, type Entity } from './entities.ts';

/** A message that the broker keeps. */
export interface KeptMessage {
  topic: string;
  payload: string;
}

export interface Names {
  /** Home Assistant's own prefix of discovery topics. */
  discoveryPrefix: string;
  /** Whether there are commands. */
  commands: boolean;
}

type ChargePoint = Snapshot['chargePoints'][number];

/** The agent's name in topics and ids, from its key: the same for as long as its listings are. */
const agentIdOf = ({ agentKey }: Pick<Snapshot, 'agentKey'>): string => agentKey.slice(2, 10).toLowerCase();

/** A charge point's id as a part of a topic and of a discovery id; ids with other characters keep apart by a hash. */
export function topicPartOf(id: string): string {
  if (/^[\w-]+$/.test(id)) return id;
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return `${id.replace(/[^\w-]+/g, '_')}_${hash}`;
}

const baseOf = (snapshot: Pick<Snapshot, 'agentKey'>): string => `plugpact/${agentIdOf(snapshot)}`;

/** `online` while the agent is connected to the broker; its last will is `offline`. */
export const availabilityTopicOf = (snapshot: Pick<Snapshot, 'agentKey'>): string =>
  `${baseOf(snapshot)}/availability`;

const commandTopicOf = (snapshot: Pick<Snapshot, 'agentKey'>, id: string, connectorId: number): string =>
  `${baseOf(snapshot)}/${topicPartOf(id)}/${connectorId}/lending/set`;

/** The topics of all commands. */
export const commandTopics = (snapshot: Pick<Snapshot, 'agentKey'>): string =>
  `${baseOf(snapshot)}/+/+/lending/set`;

/** The connector whose lending a command's topic means. */
export function commandedConnector(snapshot: Snapshot, topic: string) {
  const all = snapshot.chargePoints.flatMap(({ id, connectors }) =>
    connectors.map(({ connectorId }) => ({ chargePointId: id, connectorId })),
  );
  return all.find(
    ({ chargePointId, connectorId }) => commandTopicOf(snapshot, chargePointId, connectorId) === topic,
  );
}

/**
 * All that the broker keeps for Home Assistant: what there is (MQTT discovery, one component a message) and how it is now. The
 * agent's device comes first, since the others name it.
 */
export function keptMessages(snapshot: Snapshot, names: Names): KeptMessage[] {
  const agentId = agentIdOf(snapshot);
  const availability = { topic: availabilityTopicOf(snapshot), payload: 'online' };
  const device = {
    identifiers: [`plugpact_${agentId}`],
    name: 'Plugpact agent',
    manufacturer: 'Plugpact',
    model: 'Meter agent',
  };
  const entities = agentEntities(snapshot, moneyOf(snapshot));
  const own = entities.flatMap((entity) =>
    messagesOf(entity, {
      ...{ agentId, device, discoveryPrefix: names.discoveryPrefix, objectId: `agent_${entity.key}` },
      ...{ stateTopic: `${baseOf(snapshot)}/${entity.key}`, availability: [availability.topic] },
    }),
  );
  const others = snapshot.chargePoints.flatMap((chargePoint) =>
    messagesOfChargePoint(snapshot, chargePoint, names),
  );
  return [availability, ...own, ...others];
}

function messagesOfChargePoint(snapshot: Snapshot, chargePoint: ChargePoint, names: Names): KeptMessage[] {
  const { id, isOnline, vendor, model, connectors } = chargePoint;
  const agentId = agentIdOf(snapshot);
  const part = topicPartOf(id);
  const availability = {
    topic: `${baseOf(snapshot)}/${part}/availability`,
    payload: isOnline ? 'online' : 'offline',
  };
  const messages = connectors.flatMap((connector) => {
    const { connectorId } = connector;
    const device = {
      identifiers: [`plugpact_${agentId}_${part}_${connectorId}`],
      ...{ name: `${id} ${connectorId}`, manufacturer: vendor, model, via_device: `plugpact_${agentId}` },
    };
    const commandTopic = names.commands ? commandTopicOf(snapshot, id, connectorId) : undefined;
    const facts = { snapshot, chargePoint, connector, money: moneyOf(snapshot), commandTopic };
    return connectorEntities(facts).flatMap((entity) =>
      messagesOf(entity, {
        ...{ agentId, device, discoveryPrefix: names.discoveryPrefix },
        objectId: `${part}_${connectorId}_${entity.key}`,
        stateTopic: `${baseOf(snapshot)}/${part}/${connectorId}/${entity.key}`,
        availability: [
          availabilityTopicOf(snapshot),
          ...(entity.isOfChargePoint ? [availability.topic] : []),
        ],
      }),
    );
  });
  return [availability, ...messages];
}

/** Amounts as Home Assistant takes them: a number, and the token's symbol as its unit. */
function moneyOf({ token }: Snapshot) {
  return {
    text: (units: bigint) => (token === null ? null : formatToken(units, token.decimals)),
    unit: token === null ? {} : { unit_of_measurement: token.symbol },
  };
}

interface Surroundings {
  agentId: string;
  discoveryPrefix: string;
  device: object;
  /** The entity's name in the discovery topic. */
  objectId: string;
  stateTopic: string;
  /** All of them must be online. */
  availability: string[];
}

/** Its announcement, and its state. */
function messagesOf(
  { component, config, state }: Entity,
  { agentId, discoveryPrefix, device, objectId, stateTopic, availability }: Surroundings,
): KeptMessage[] {
  const announced = {
    ...config,
    unique_id: `plugpact_${agentId}_${objectId}`,
    state_topic: stateTopic,
    availability: availability.map((topic) => ({ topic })),
    availability_mode: 'all',
    device,
    origin: { name: 'Plugpact' },
  };
  const topic = `${discoveryPrefix}/${component}/plugpact_${agentId}/${objectId}/config`;
  return [
    { topic, payload: JSON.stringify(announced) },
    // Its word for a value that is not known.
    { topic: stateTopic, payload: state ?? 'None' },
  ];
}
