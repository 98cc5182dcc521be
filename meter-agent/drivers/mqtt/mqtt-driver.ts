import type { MqttOptions } from '../../config/mqtt.ts';
import type { NewDriver } from '../driver.ts';

/** The sockets of this broker. Their code is loaded when the agent starts: what nobody uses takes no memory. */
export const socketDriver =
  (options: MqttOptions): NewDriver =>
  async (parts) =>
    new (await import('./sockets.ts')).MqttSockets(options, parts);
