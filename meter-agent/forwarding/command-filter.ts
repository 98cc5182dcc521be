import { createRPCError } from 'ocpp-rpc';
import type { LocalAuthorization } from '../central-system/local-authorization.ts';
import type { DriverMemory } from '../drivers/driver.ts';
import { isOwnProfileId } from '../drivers/ocpp/own-profiles.ts';
import { fold, namesGuardedSetting } from './guarded-settings.ts';
import type { Params } from './outbox.ts';
import type { TransactionIds } from './transaction-ids.ts';

/** The facts on which a command of the other central system is allowed or refused. */
export interface Grounds {
  chargePointId: string;
  protocol: string;
  localAuthorization: Pick<LocalAuthorization, 'isBooked' | 'isOwnReservation' | 'mayAllow'>;
  memory: DriverMemory;
  ids: TransactionIds;
}

const paramsOf = (value: unknown): Params =>
  typeof value === 'object' && value !== null ? (value as Params) : {};

/**
 * Connector (1.6) or EVSE (2.x) of a command; 0, the whole charge point, where it names none, several, or something
 * else.
 */
function connectorOf({ protocol }: Grounds, params: Params): number {
  const { connectorId, evseId, evse, chargingProfileCriteria } = params;
  const named =
    protocol === 'ocpp1.6'
      ? [connectorId]
      : [evseId, paramsOf(evse).id, paramsOf(chargingProfileCriteria).evseId];
  const [id, ...others] = new Set(named.filter((value) => value !== undefined));
  return others.length === 0 && Number.isSafeInteger(id) && Number(id) > 0 ? Number(id) : 0;
}

const isBooked = (grounds: Grounds, params: Params): boolean =>
  grounds.localAuthorization.isBooked(grounds.chargePointId, connectorOf(grounds, params));

const isAnyBooked = ({ localAuthorization, chargePointId }: Grounds): boolean =>
  localAuthorization.isBooked(chargePointId, 0);

function isBookedTransaction({ memory, chargePointId }: Grounds, id: unknown): boolean | undefined {
  const transaction =
    typeof id === 'number' ? memory.transaction(id) : memory.transactionNamed(chargePointId, String(id));
  if (transaction === undefined) return undefined;
  return transaction.bookingId !== null && !transaction.stopped;
}

/** The values of all properties of this name, however deep. */
function valuesOf(params: unknown, ...names: string[]): unknown[] {
  if (typeof params !== 'object' || params === null) return [];
  return Object.entries(params).flatMap(([key, value]) => [
    ...(names.includes(fold(key)) ? [value].flat() : []),
    ...valuesOf(value, ...names),
  ]);
}

/** Ids of profiles, and of their schedules, are told apart by nothing but their number. */
const namesOwnProfile = (params: Params): boolean =>
  valuesOf(params, 'id', 'chargingprofileid').some((id) => isOwnProfileId(Number(id)));

/** A limit of the whole charge point holds for all connectors, whichever it is sent for. */
const isOfWholeChargePoint = (params: Params): boolean =>
  valuesOf(params, 'chargingprofilepurpose').some((purpose) => /max/i.test(String(purpose)));

/** Two properties whose names differ by case or signs: readers disagree about which of them counts. */
function isAmbiguous(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(isAmbiguous);
  const keys = Object.keys(value);
  return new Set(keys.map(fold)).size < keys.length || Object.values(value).some(isAmbiguous);
}

type Filter = (grounds: Grounds, params: Params) => Params | null;

const whileBooked =
  (status: string): Filter =>
  (grounds, params) =>
    isBooked(grounds, params) ? { status } : null;

const always =
  (status: string): Filter =>
  () => ({ status });

/** The agent's own profiles are replaced or cleared at no time. */
const profileCommand =
  (status: string): Filter =>
  (grounds, params) => {
    const isTheirs = isOfWholeChargePoint(params) ? isAnyBooked(grounds) : isBooked(grounds, params);
    return namesOwnProfile(params) || isTheirs ? { status } : null;
  };

function startCommand(grounds: Grounds, params: Params): Params | null {
  const { localAuthorization, chargePointId } = grounds;
  const isRefused =
    isBooked(grounds, params) ||
    namesOwnProfile(params) ||
    !localAuthorization.mayAllow(chargePointId, tagOf(params));
  return isRefused ? { status: 'Rejected' } : null;
}

/** The id tag of a call, if it has one. */
export function tagOf({ idTag, idToken }: Params): string | undefined {
  const tag = idTag ?? paramsOf(idToken).idToken;
  return tag === undefined ? undefined : String(tag);
}

/** OCPP 2: names of transactions may be compared without their case, so an unknown one may be a booking's. */
function stopCommand(grounds: Grounds, { transactionId }: Params): Params | null {
  const isRefused = isBookedTransaction(grounds, transactionId) ?? isAnyBooked(grounds);
  return isRefused ? { status: 'Rejected' } : null;
}

/** By action of OCPP 1.6 and 2.x: the refusal that the other central system gets, or null to pass. */
const FILTERS: Record<string, Filter> = {
  RemoteStartTransaction: startCommand,
  RequestStartTransaction: startCommand,
  RequestStopTransaction: stopCommand,
  UsePriorityCharging: stopCommand,
  SetChargingProfile: profileCommand('Rejected'),
  UpdateDynamicSchedule: profileCommand('Rejected'),
  ClearChargingProfile: profileCommand('Unknown'),
  SetDERControl: whileBooked('Rejected'),
  AFRRSignal: whileBooked('Rejected'),
  UnlockConnector: whileBooked('UnlockFailed'),
  ReserveNow: whileBooked('Occupied'),
  Reset: whileBooked('Rejected'),
  SignedUpdateFirmware: whileBooked('Rejected'),
  SetNetworkProfile: always('Rejected'),
  DataTransfer: (_grounds, params) => (namesGuardedSetting(params) ? { status: 'Rejected' } : null),
  ChangeAvailability: (grounds, params) =>
    isBooked(grounds, params) && fold(String(params.type ?? params.operationalStatus)) !== 'operative'
      ? { status: 'Rejected' }
      : null,
  CancelReservation: ({ localAuthorization, chargePointId }, { reservationId }) =>
    localAuthorization.isOwnReservation(chargePointId, reservationId) ? { status: 'Rejected' } : null,
  UpdateFirmware: (grounds, { retrieveDate }) => {
    if (!isAnyBooked(grounds)) return null;
    // The answer of OCPP 1.6 has no status.
    if (retrieveDate !== undefined) throw createRPCError('GenericError', 'A booking is under way.', {});
    return { status: 'Rejected' };
  },
};

/** Commands whose settings are answered one by one: see `SettingRequests`. */
const OF_SETTINGS = ['ChangeConfiguration', 'SetVariables'] as const;

const FILTERED = new Map(
  [...Object.keys(FILTERS), ...OF_SETTINGS, 'RemoteStopTransaction'].map((action) => [fold(action), action]),
);

export type Verdict = { refusal: Params } | { pass: Params } | { settings: (typeof OF_SETTINGS)[number] };

/**
 * Decides about a command: refused where it could break a booking, else passed with the charge point's own numbers. A
 * filtered command in another spelling is none: a charge point might read it all the same.
 */
export function filterCommand(grounds: Grounds, action: string, params: Params): Verdict {
  const filtered = FILTERED.get(fold(action));
  if (filtered === undefined) return { pass: params };
  if (filtered !== action || isAmbiguous(params))
    throw createRPCError('NotImplemented', `${action} is not done like this.`, {});
  if (action === 'ChangeConfiguration' || action === 'SetVariables') return { settings: action };
  if (action === 'RemoteStopTransaction') {
    const ownId = grounds.ids.ownIdOf(params.transactionId);
    if (ownId === undefined || isBookedTransaction(grounds, ownId) !== false)
      return { refusal: { status: 'Rejected' } };
    return { pass: { ...params, transactionId: ownId } };
  }
  const refusal = FILTERS[action]?.(grounds, params) ?? null;
  return refusal === null ? withOwnTransaction(grounds, params) : { refusal };
}

/** OCPP 1.6: a profile of a transaction names it by the other central system's number. */
function withOwnTransaction({ ids }: Grounds, params: Params): Verdict {
  const profile = paramsOf(params.csChargingProfiles);
  if (profile.transactionId === undefined) return { pass: params };
  const transactionId = ids.ownIdOf(profile.transactionId);
  if (transactionId === undefined) return { refusal: { status: 'Rejected' } };
  return { pass: { ...params, csChargingProfiles: { ...profile, transactionId } } };
}
