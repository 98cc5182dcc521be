import { z } from 'zod';

/**
 * The rules of Home Assistant's MQTT discovery, as its documentation and its own schemas state them (components/mqtt:
 * discovery, schemas, sensor, binary_sensor, switch; components/sensor: units and state classes of each device class).
 * Only the words that are used here: an unknown one fails.
 */
const topic = z.string().regex(/^[^+#\0]+$/);
const id = z.string().min(1);

const common = {
  name: z.string().min(1),
  unique_id: id,
  state_topic: topic,
  icon: z
    .string()
    .regex(/^[\w-]+:[\w-]+$/)
    .optional(),
  entity_category: z.enum(['config', 'diagnostic']).optional(),
  availability: z.array(z.strictObject({ topic })).min(1),
  availability_mode: z.enum(['all', 'any', 'latest']),
  device: z.strictObject({
    identifiers: z.array(id).min(1),
    name: z.string(),
    manufacturer: z.string(),
    model: z.string(),
    via_device: id.optional(),
  }),
  origin: z.strictObject({ name: z.string().min(1) }),
};
const payloads = { payload_on: z.string().optional(), payload_off: z.string().optional() };

const sensor = z.union([
  z.strictObject({
    ...common,
    device_class: z.literal('power'),
    state_class: z.literal('measurement'),
    unit_of_measurement: z.enum(['mW', 'W', 'kW', 'MW', 'GW', 'TW']),
  }),
  z.strictObject({
    ...common,
    device_class: z.literal('energy'),
    state_class: z.enum(['total', 'total_increasing']),
    unit_of_measurement: z.enum(['Wh', 'kWh', 'MWh', 'GWh', 'TWh', 'J', 'kJ', 'MJ', 'GJ', 'cal', 'kcal']),
  }),
  // Neither unit nor state class.
  z.strictObject({ ...common, device_class: z.literal('timestamp') }),
  z.strictObject({ ...common, device_class: z.literal('enum'), options: z.array(z.string()).min(1) }),
  // A number without a device class.
  z.strictObject({
    ...common,
    state_class: z.enum(['measurement', 'total', 'total_increasing']),
    unit_of_measurement: z.string().min(1).optional(),
  }),
]);

const COMPONENTS = {
  sensor,
  binary_sensor: z.strictObject({
    ...common,
    ...payloads,
    device_class: z.enum(['connectivity', 'running']).optional(),
  }),
  switch: z.strictObject({
    ...common,
    ...payloads,
    command_topic: topic,
    optimistic: z.boolean().optional(),
    retain: z.boolean().optional(),
  }),
};

const DISCOVERY_TOPIC = /^(sensor|binary_sensor|switch)\/(?:[a-zA-Z0-9_-]+\/)?[a-zA-Z0-9_-]+\/config$/;

export interface Discovered {
  component: keyof typeof COMPONENTS;
  config: z.infer<typeof sensor> & { command_topic?: string };
}

/** What Home Assistant makes of kept messages; throws where it would refuse one. */
export function discovered(messages: ReadonlyMap<string, string>, prefix = 'homeassistant'): Discovered[] {
  const found = [...messages]
    .filter(([name, payload]) => name.startsWith(`${prefix}/`) && name.endsWith('/config') && payload !== '')
    .map(([name, payload]) => {
      const component = DISCOVERY_TOPIC.exec(name.slice(prefix.length + 1))?.[1];
      if (component === undefined) throw new Error(`${name} is no discovery topic`);
      const known = component as keyof typeof COMPONENTS;
      return { component: known, config: COMPONENTS[known].parse(JSON.parse(payload)) } as Discovered;
    });
  const ids = found.map(({ component, config }) => `${component} ${config.unique_id}`);
  if (new Set(ids).size < ids.length) throw new Error('an id is used twice');
  for (const one of found) requireState(one, messages);
  return found;
}

/** The state of an entity is one that its kind has, and its devices are announced. */
function requireState({ component, config }: Discovered, messages: ReadonlyMap<string, string>): void {
  for (const { topic: of } of config.availability) {
    if (!['online', 'offline'].includes(messages.get(of) ?? '')) throw new Error(`${of} tells nothing`);
  }
  const state = messages.get(config.state_topic);
  if (state === undefined) throw new Error(`${config.state_topic} tells nothing`);
  if (component !== 'sensor') {
    if (state !== 'ON' && state !== 'OFF') throw new Error(`${state} is neither on nor off`);
    return;
  }
  if (state === 'None') return;
  const isGood =
    'options' in config
      ? config.options.includes(state)
      : 'state_class' in config
        ? /^-?\d+(\.\d+)?$/.test(state)
        : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(state);
  if (!isGood) throw new Error(`${config.state_topic}: ${state} is no state of it`);
}
