import { fold, isGuardedKey, isGuardedVariable } from './guarded-settings.ts';
import {
  isListOfMeasurands,
  listOf,
  MEASURAND_LISTS,
  missingIn,
  type OtherMeasurands,
} from './measurands.ts';
import type { Params } from './outbox.ts';
import type { OwnSettings } from './own-settings.ts';

/** A call to the charge point, in its turn. */
type Ask = (action: string, params: object) => Promise<unknown>;

type Status = 'Accepted' | 'RebootRequired' | 'Rejected';

/** Never compared. */
const SECRET = /passw|authorizationkey|ur[il]|network|securityprofile|identity|chargeboxid/;

const byFold = (names: readonly string[]) => new Map(names.map((name) => [fold(name), name]));
const LISTS = byFold(MEASURAND_LISTS);
const INTERVALS = byFold([
  'MeterValueSampleInterval',
  'SampledDataCtrlr.TxUpdatedInterval',
  'ClockAlignedDataInterval',
  'AlignedDataCtrlr.Interval',
]);

/** Reads and sets one setting of the agent's, in words of the charge point's version of OCPP. */
interface Access {
  read(): Promise<string | undefined>;
  write(value: string): Promise<unknown>;
}

export interface SettingParts {
  ask: Ask;
  others: OtherMeasurands;
  /** What the agent has learnt of the charge point's settings, and which of them it has set itself. */
  own: Pick<OwnSettings, 'valueOf' | 'isSet'>;
  /** While a booking has a connector nothing is set. */
  isBooked: () => boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const record = (value: unknown): Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Params) : {};
const only = (from: Params, ...names: string[]): Params =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));

/**
 * Settings that the other central system wants to change. What metering, limits and the connection rest on is the agent's: it is
 * answered Accepted where the charge point has that value or a finer one, and a list of measurands becomes the union of
 * both. Everything else passes, rebuilt of what was read here.
 */
export class SettingRequests {
  readonly #parts: SettingParts;

  constructor(parts: SettingParts) {
    this.#parts = parts;
  }

  answer(action: 'ChangeConfiguration' | 'SetVariables', params: Params): Promise<unknown> {
    return action === 'ChangeConfiguration' ? this.#changeConfiguration(params) : this.#setVariables(params);
  }

  async #changeConfiguration({ key, value }: Params): Promise<unknown> {
    if (!isText(key) || !isText(value)) return { status: 'Rejected' };
    const { ask, own } = this.#parts;
    if (!isGuardedKey(key) && !own.isSet(key)) return ask('ChangeConfiguration', { key, value });
    const status = await this.#agree(key, value, (name) => ({
      read: async () => {
        const { configurationKey } = record(await ask('GetConfiguration', { key: [name] }));
        const entries = Array.isArray(configurationKey) ? configurationKey.map(record) : [];
        const found = entries.find((entry) => isText(entry.key) && fold(entry.key) === fold(name))?.value;
        return isText(found) ? found : undefined;
      },
      write: async (text) => record(await ask('ChangeConfiguration', { key: name, value: text })).status,
    }));
    return { status };
  }

  async #setVariables({ setVariableData }: Params): Promise<unknown> {
    const entries = [setVariableData ?? []].flat().map(record);
    const answers = new Map<number, Params>();
    const passed: [index: number, entry: Params][] = [];
    for (const [index, entry] of entries.entries()) {
      const passing = passingEntry(entry, this.#parts.own);
      if (passing !== undefined) passed.push([index, passing]);
      else answers.set(index, await this.#variable(entry));
    }
    if (passed.length > 0) {
      const setVariableData = passed.map(([, entry]) => entry);
      const { setVariableResult } = record(await this.#parts.ask('SetVariables', { setVariableData }));
      const results = Array.isArray(setVariableResult) ? (setVariableResult as Params[]) : [];
      passed.forEach(([index], at) => {
        const result = results[at];
        if (result !== undefined) answers.set(index, result);
      });
    }
    const merged = [...answers].sort(([a], [b]) => a - b).map(([, result]) => result);
    return { setVariableResult: merged };
  }

  /** The answer to an entry that is the agent's, or that cannot be read. */
  async #variable(entry: Params): Promise<Params> {
    const [component, variable] = [record(entry.component), record(entry.variable)];
    const result = { component: entry.component, variable: entry.variable };
    const isPlain = entry.attributeType === undefined || entry.attributeType === 'Actual';
    const isKnown = isText(component.name) && isText(variable.name) && isText(entry.attributeValue);
    const isWhole = component.instance === undefined && variable.instance === undefined;
    if (!isPlain || !isKnown || !isWhole) return { attributeStatus: 'Rejected', ...result };
    const path = `${component.name}.${variable.name}`;
    const attributeStatus = await this.#agree(path, String(entry.attributeValue), (name) =>
      this.#access(name),
    );
    return { attributeStatus, ...result };
  }

  #access(path: string): Access {
    const { ask } = this.#parts;
    const [componentName, variableName] = path.split('.');
    const named = { component: { name: componentName }, variable: { name: variableName } };
    const first = (results: unknown): Params => record(Array.isArray(results) ? results[0] : undefined);
    return {
      read: async () => {
        const { getVariableResult } = record(await ask('GetVariables', { getVariableData: [named] }));
        const { attributeValue } = first(getVariableResult);
        return isText(attributeValue) ? attributeValue : undefined;
      },
      write: async (attributeValue) => {
        const params = { setVariableData: [{ ...named, attributeValue }] };
        return first(record(await ask('SetVariables', params)).setVariableResult).attributeStatus;
      },
    };
  }

  /** Errors and silence of the charge point are a refusal. */
  async #agree(name: string, value: string, accessTo: (name: string) => Access): Promise<Status> {
    const folded = fold(name);
    if (SECRET.test(folded)) return 'Rejected';
    const known = LISTS.get(folded) ?? INTERVALS.get(folded);
    if (known === undefined) return isSame(this.#parts.own.valueOf(name), value) ? 'Accepted' : 'Rejected';
    try {
      const access = accessTo(known);
      const current = (await access.read()) ?? this.#parts.own.valueOf(known);
      if (current === undefined) return 'Rejected';
      if (LISTS.has(folded)) return await this.#unite(known, current, value, access);
      return isFiner(current, value) ? 'Accepted' : 'Rejected';
    } catch {
      return 'Rejected';
    }
  }

  async #unite(name: string, current: string, value: string, { write }: Access): Promise<Status> {
    const { others, isBooked } = this.#parts;
    const wanted = listOf(value);
    if (!isListOfMeasurands(wanted)) return 'Rejected';
    const measured = listOf(current);
    const missing = missingIn(measured, wanted);
    // It is set with the agent's own settings, once no booking has a connector.
    const isLater = missing.length > 0 && isBooked();
    const status =
      missing.length === 0
        ? 'Accepted'
        : isLater
          ? 'Rejected'
          : await write([...measured, ...missing].join(','));
    const isDone = status === 'Accepted' || status === 'RebootRequired';
    if (isDone || isLater) others.keep(name, wanted);
    return isDone ? status : 'Rejected';
  }
}

const isSame = (current: string | undefined, wanted: string): boolean =>
  current?.trim().toLowerCase() === wanted.trim().toLowerCase();

/** Seconds between values; 0 is none at all, of which fewer cannot be asked for. */
function isFiner(current: string, wanted: string): boolean {
  const [own, theirs] = [current, wanted].map((text) =>
    /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN,
  );
  if (own === undefined || theirs === undefined) return false;
  return theirs === 0 || (own > 0 && own <= theirs);
}

/** The entry as it goes on to the charge point; undefined where it is the agent's, or cannot be read. */
function passingEntry(entry: Params, own: SettingParts['own']): Params | undefined {
  const [component, variable] = [record(entry.component), record(entry.variable)];
  if (!isText(component.name) || !isText(variable.name) || !isText(entry.attributeValue)) return undefined;
  const isOwn = own.isSet(`${component.name}.${variable.name}`);
  if (isOwn || isGuardedVariable(component.name, variable.name)) return undefined;
  const instances = [component.instance, variable.instance].filter((instance) => instance !== undefined);
  if (!instances.every((instance) => isText(instance) && !isGuardedKey(instance))) return undefined;
  const evse =
    component.evse === undefined ? {} : { evse: only(record(component.evse), 'id', 'connectorId') };
  return {
    ...only(entry, 'attributeType', 'attributeValue'),
    component: { ...only(component, 'name', 'instance'), ...evse },
    variable: only(variable, 'name', 'instance'),
  };
}
