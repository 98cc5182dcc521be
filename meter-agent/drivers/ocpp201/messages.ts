import { createRPCError } from 'ocpp-rpc';
import { z } from 'zod';

/**
 * The fields that are read of a station's messages. The standard's own schemas refuse a whole message for a model
 * name that is too long or a time without a zone: here only what is used is checked, and strictly where it decides
 * about money.
 */
const optional = <T extends z.ZodType>(type: T) => type.nullish().transform((value) => value ?? undefined);

const text = z.string().max(255);
const name = z.string().min(1).max(255);

/** A time without a zone is UTC: stations that leave the zone out mean that. */
export const time = text.transform((value) => (/(z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value}Z`));

const idToken = z.object({ idToken: text, type: optional(text) });

const evse = z.object({ id: z.int().min(0).max(99), connectorId: optional(z.int()) });

const signedMeterValue = z.object({
  signedMeterData: z.string(),
  signingMethod: optional(text),
  encodingMethod: optional(text),
  publicKey: optional(z.string()),
});

const sampledValue = z.object({
  /** A number by the standard; some stations write it as text, as OCPP 1.6 does. */
  value: z.union([z.number(), z.string().max(60)]),
  context: optional(text),
  measurand: optional(text),
  phase: optional(text),
  location: optional(text),
  signedMeterValue: optional(signedMeterValue),
  unitOfMeasure: optional(z.object({ unit: optional(text), multiplier: optional(z.int().min(-30).max(30)) })),
});
export type SampledValue201 = z.infer<typeof sampledValue>;

const meterValue = z.object({ timestamp: time, sampledValue: z.array(sampledValue) });
export type MeterValue201 = z.infer<typeof meterValue>;

const station = z.object({
  vendorName: text,
  model: text,
  serialNumber: optional(text),
  firmwareVersion: optional(text),
});

/** Who the station is. It is a name on a page: nothing is granted by it. */
export const bootNotification = z.object({ chargingStation: station });

export const authorize = z.object({ idToken });

/** Some stations keep OCPP 1.6's words for an occupied connector. */
const TAKEN = ['Preparing', 'Charging', 'SuspendedEV', 'SuspendedEVSE', 'Finishing'] as const;

const connectorStatus = z.preprocess(
  (word) => ((TAKEN as readonly unknown[]).includes(word) ? 'Occupied' : word),
  z.enum(['Available', 'Occupied', 'Reserved', 'Unavailable', 'Faulted']),
);

export const statusNotification = z.object({
  timestamp: optional(time),
  connectorStatus,
  evseId: z.int().min(0).max(99),
  connectorId: z.int().min(0).max(99),
});
export type StationStatus = z.infer<typeof statusNotification>['connectorStatus'];

export const transactionEvent = z.object({
  eventType: z.enum(['Started', 'Updated', 'Ended']),
  timestamp: time,
  triggerReason: optional(text),
  /** It only orders values: one that is no number is left out. */
  seqNo: z
    .unknown()
    .transform((value) => (Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined)),
  transactionInfo: z.object({
    transactionId: name,
    chargingState: optional(text),
    stoppedReason: optional(text),
    remoteStartId: optional(z.number()),
  }),
  evse: optional(evse),
  idToken: optional(idToken),
  meterValue: optional(z.array(meterValue)),
});
export type TransactionEvent = z.infer<typeof transactionEvent>;

export const meterValues = z.object({ evseId: z.int().min(0).max(99), meterValue: z.array(meterValue) });

const eventData = z.object({
  trigger: optional(text),
  actualValue: z.coerce.string(),
  techCode: optional(text),
  techInfo: optional(z.string()),
  cleared: optional(z.boolean()),
  component: z.object({ name: text, instance: optional(text), evse: optional(evse) }),
  variable: z.object({ name: text }),
});
export type EventData = z.infer<typeof eventData>;

export const notifyEvent = z.object({ eventData: z.array(eventData) });

export const withStatus = z.object({ status: text });

const valueAt = (params: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], params);

/** Checks a message. Throws the protocol's own error, which names the field and the rule. */
export function read<T extends z.ZodType>(schema: T, params: unknown): z.infer<T> {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const isMissing = issue?.code === 'invalid_type' && valueAt(params, issue.path) === undefined;
  const ofType = issue?.code === 'invalid_type' ? 'TypeConstraintViolation' : 'PropertyConstraintViolation';
  const code = isMissing ? 'OccurrenceConstraintViolation' : ofType;
  throw createRPCError(code, `${issue?.path.join('.')}: ${issue?.message}`);
}
