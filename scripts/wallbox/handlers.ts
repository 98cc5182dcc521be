import type { Settings } from './settings.ts';
import type { Handler } from './socket.ts';

/** What a Central System can make a box do. */
export interface Commands {
  remoteStart(idTag: string): 'Accepted' | 'Rejected';
  /** True if that transaction is under way; it ends once the answer is out. */
  remoteStop(transactionId: unknown): boolean;
  setProfile(params: Record<string, unknown>): 'Accepted' | 'Rejected';
  clearProfile(): void;
  isFree(): boolean;
  isCharging(): boolean;
  setAvailable(isAvailable: boolean): void;
  end(reason: string): void;
  trigger(message: unknown): 'Accepted' | 'NotImplemented';
  restart(): void;
}

/** What a call sets off comes after its answer. */
const after = (act: () => void) => void setImmediate(act);

/** Handlers of OCPP 1.6's calls to a charge point, by action. */
export function handlersOf(commands: Commands, settings: Settings): [action: string, handler: Handler][] {
  return [
    ['RemoteStartTransaction', ({ idTag }) => ({ status: commands.remoteStart(String(idTag)) })],
    [
      'RemoteStopTransaction',
      ({ transactionId }) => ({ status: commands.remoteStop(transactionId) ? 'Accepted' : 'Rejected' }),
    ],
    ['SetChargingProfile', (params) => ({ status: commands.setProfile(params) })],
    [
      'ClearChargingProfile',
      () => {
        commands.clearProfile();
        return { status: 'Accepted' };
      },
    ],
    ['ChangeConfiguration', ({ key, value }) => ({ status: settings.change(String(key), String(value)) })],
    ['GetConfiguration', ({ key }) => settings.read(key as string[] | undefined)],
    ['ReserveNow', () => ({ status: commands.isFree() ? 'Accepted' : 'Occupied' })],
    ['CancelReservation', () => ({ status: 'Accepted' })],
    [
      'ChangeAvailability',
      ({ type }) => {
        after(() => commands.setAvailable(type === 'Operative'));
        return { status: commands.isCharging() ? 'Scheduled' : 'Accepted' };
      },
    ],
    [
      'UnlockConnector',
      () => {
        after(() => commands.end('UnlockCommand'));
        return { status: 'Unlocked' };
      },
    ],
    ['TriggerMessage', ({ requestedMessage }) => ({ status: commands.trigger(requestedMessage) })],
    [
      'Reset',
      ({ type }) => {
        after(() => {
          commands.end(type === 'Hard' ? 'HardReset' : 'SoftReset');
          commands.restart();
        });
        return { status: 'Accepted' };
      },
    ],
  ];
}
