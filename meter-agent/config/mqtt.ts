import { z } from 'zod';

/** What a household socket can deliver for hours: 10 A at 230 V. */
export const SOCKET_MAX_POWER_W = 2_300;
/** OCPI's names of household sockets: what is listed with one of them is not a wallbox. */
const SOCKET_STANDARDS = ['DOMESTIC_E', 'DOMESTIC_F', 'DOMESTIC_G'] as const;

const topic = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^+#\0]+$/, 'must be one topic, without + or #')
  .meta({ examples: ['tele/plug/SENSOR'] })
  .describe('The full topic of the message.');
const path = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be names joined by dots')
  .optional()
  .meta({ examples: ['aenergy.total'] })
  .describe(
    'Path in the JSON of the message, names joined by dots. Without it the whole message is the value.',
  );
const payload = z.string().min(1).max(200);

const command = z.strictObject({
  topic,
  payload: payload.describe(
    'The message. {seconds} becomes the seconds after which the device switches itself off, {seconds+100} 100 more.',
  ),
});

export const socketSchema = z.strictObject({
  maxPowerW: z
    .int()
    .min(1)
    .max(SOCKET_MAX_POWER_W, 'must be at most 2300 W: a household socket gives 10 A and no more')
    .default(SOCKET_MAX_POWER_W)
    .describe('Maximum power of the socket, in W: at most 10 A. It limits what can be billed.'),
  connectorStandard: z
    .enum(SOCKET_STANDARDS, 'must be a household socket: DOMESTIC_E, DOMESTIC_F or DOMESTIC_G')
    .default('DOMESTIC_F')
    .describe('The kind of socket, by its OCPI name (DOMESTIC_F is Schuko).'),
  energy: z
    .strictObject({
      topic,
      path,
      unit: z
        .enum(['Wh', 'kWh', 'Wmin'])
        .describe('The unit of the number (Wmin: watt-minutes). Nothing is guessed.'),
    })
    .describe('The total energy register: it never falls.'),
  power: z.strictObject({ topic, path }).optional().describe('The power in W, if the meter reports it.'),
  state: z
    .strictObject({
      topic,
      path,
      whenOn: payload.default('on').describe('The message when the device is switched on.'),
      whenOff: payload.default('off').describe('The message when the device is switched off.'),
    })
    .describe('Whether the device reports to be switched on.'),
  switchOn: z
    .array(command)
    .min(1)
    .max(4)
    .describe('Switches it on: messages in their order. With {seconds} in one of them it stops by itself.'),
  switchOff: command.describe('Switches it off. The broker also sends it when this agent disconnects.'),
  ask: z
    .array(z.strictObject({ topic, payload: z.string().max(200) }))
    .max(4)
    .default([])
    .describe('Asks the device for its state, if its state is not retained at the broker.'),
  availability: z
    .strictObject({
      topic,
      path,
      online: payload.default('online').describe('The message while the device is connected.'),
      offline: payload.default('offline').describe('The message once the device has disconnected.'),
    })
    .optional()
    .describe('Whether the device is connected: usually its last will.'),
});
export type SocketOptions = z.infer<typeof socketSchema>;

/** How to reach a broker. */
const broker = {
  url: z
    .url({ protocol: /^mqtts?$/, error: 'must be an mqtt or mqtts address' })
    .meta({ examples: ['mqtt://192.168.1.5:1883'] })
    .describe('Address of the MQTT broker.'),
  username: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ examples: ['plugpact'] })
    .describe('User name at the broker.'),
  password: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe('Password at the broker.'),
};

export const mqttSchema = z.strictObject({
  ...broker,
  sockets: z
    .record(z.string().regex(/^[\w-]{1,48}$/, 'must be letters, digits, - or _'), socketSchema)
    .describe(
      'Metered switchable sockets of at most 10 A, by names that you choose: they are never listed as wallboxes.',
    ),
});
export type MqttOptions = z.infer<typeof mqttSchema>;

export const homeAssistantSchema = z.strictObject({
  ...broker,
  discoveryPrefix: topic
    .default('homeassistant')
    .describe("Home Assistant's discovery prefix, as its MQTT integration is set."),
  commands: z
    .boolean()
    .default(false)
    .describe(
      'Whether Home Assistant, and everyone who may write to the broker, can pause and resume lending.',
    ),
});
export type HomeAssistantOptions = z.infer<typeof homeAssistantSchema>;
