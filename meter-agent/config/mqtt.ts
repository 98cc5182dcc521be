import { z } from 'zod';

/** What a household socket may give for hours: 10 A at 230 V. */
export const SOCKET_MAX_POWER_W = 2_300;
/** Sockets of a household, in OCPI's words: what is listed with one of them is no wallbox. */
const SOCKET_STANDARDS = ['DOMESTIC_E', 'DOMESTIC_F', 'DOMESTIC_G'] as const;

const topic = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^+#\0]+$/, 'must be one topic, without + or #')
  .meta({ examples: ['tele/plug/SENSOR'] })
  .describe('The topic of the message, by its whole name.');
const path = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'must be names joined by points')
  .optional()
  .meta({ examples: ['aenergy.total'] })
  .describe('Where in the JSON of the message, names joined by points. Without it the message is the value.');
const payload = z.string().min(1).max(200);

const command = z.strictObject({
  topic,
  payload: payload.describe(
    'What is sent. {seconds} becomes the seconds after which the device shall switch itself off, {seconds+100} 100 more.',
  ),
});

export const socketSchema = z.strictObject({
  maxPowerW: z
    .int()
    .min(1)
    .max(SOCKET_MAX_POWER_W, 'must be at most 2300 W: a household socket gives 10 A and no more')
    .default(SOCKET_MAX_POWER_W)
    .describe('What the socket gives at most, in W: 10 A and no more. It bounds what can be billed.'),
  connectorStandard: z
    .enum(SOCKET_STANDARDS, 'must be a household socket: DOMESTIC_E, DOMESTIC_F or DOMESTIC_G')
    .default('DOMESTIC_F')
    .describe('The kind of socket, in the words of OCPI (DOMESTIC_F is Schuko).'),
  energy: z
    .strictObject({
      topic,
      path,
      unit: z
        .enum(['Wh', 'kWh', 'Wmin'])
        .describe('The unit of the number (Wmin: watt-minutes). Nothing is guessed.'),
    })
    .describe('The total energy register: it never falls.'),
  power: z.strictObject({ topic, path }).optional().describe('The power in W, where the meter tells it.'),
  state: z
    .strictObject({
      topic,
      path,
      whenOn: payload.default('on').describe('What the device says when it is switched on.'),
      whenOff: payload.default('off').describe('What the device says when it is switched off.'),
    })
    .describe('Whether it is switched on, as the device says.'),
  switchOn: z
    .array(command)
    .min(1)
    .max(4)
    .describe('Switches it on: messages in their order. With {seconds} in one of them it stops by itself.'),
  switchOff: command.describe('Switches it off. The broker sends it too when this agent is gone.'),
  ask: z
    .array(z.strictObject({ topic, payload: z.string().max(200) }))
    .max(4)
    .default([])
    .describe('Asks the device for its state, for those that do not keep it at the broker (retained).'),
  availability: z
    .strictObject({
      topic,
      path,
      online: payload.default('online').describe('What is said while the device is there.'),
      offline: payload.default('offline').describe('What is said once the device is gone.'),
    })
    .optional()
    .describe('Whether the device is there: mostly its last will.'),
});
export type SocketOptions = z.infer<typeof socketSchema>;

export const mqttSchema = z.strictObject({
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
    .describe('The user that the broker knows.'),
  password: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ examples: ['a long random word'] })
    .describe("That user's password."),
  sockets: z
    .record(z.string().regex(/^[\w-]{1,48}$/, 'must be letters, digits, - or _'), socketSchema)
    .describe(
      'Metered switchable sockets of at most 10 A by a name of yours: they are never listed as wallboxes.',
    ),
});
export type MqttOptions = z.infer<typeof mqttSchema>;
