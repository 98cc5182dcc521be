import { fold } from './guarded-settings.ts';
import { listOf, missingIn, type OtherMeasurands } from './measurands.ts';
import type { Params } from './outbox.ts';

type Call = (action: string, params: object) => Promise<unknown>;

const DONE = new Set<unknown>(['Accepted', 'RebootRequired']);

/** Path of a variable of OCPP 2.x. */
export const pathOf = ({ component, variable }: Params): string =>
  `${(component as Params | undefined)?.name}.${(variable as Params | undefined)?.name}`;

/**
 * The agent's own calls that set a charge point up. Lists of measurands are set with what the other central system asked
 * for; where the charge point refuses that, without.
 */
export class OwnSettings {
  readonly #others: OtherMeasurands;
  /** As the charge point reported or accepted them on this connection, by their names in folded form. */
  readonly #values = new Map<string, string>();

  /** Those that the agent itself has set: metering rests on them. */
  readonly #set = new Set<string>();

  constructor(others: OtherMeasurands) {
    this.#others = others;
  }

  /** The value that the charge point has, as far as the agent has learnt it. */
  valueOf(name: string): string | undefined {
    return this.#values.get(fold(name));
  }

  isSet(name: string): boolean {
    return this.#set.has(fold(name));
  }

  async call(call: Call, action: string, params: Params): Promise<unknown> {
    if (action === 'GetConfiguration') return this.#read(await call(action, params));
    if (action === 'ChangeConfiguration') return this.#change(call, params);
    if (action === 'SetVariables') return this.#setVariables(call, params);
    return call(action, params);
  }

  /** A list that lacks what was asked for is shown without its value, so that it is set. */
  #read(answer: unknown): unknown {
    const { configurationKey } = (answer ?? {}) as Params;
    if (!Array.isArray(configurationKey)) return answer;
    const shown = (configurationKey as unknown[]).map((entry) => {
      const { key, value, readonly } = (entry ?? {}) as Params;
      if (typeof key !== 'string' || typeof value !== 'string') return entry;
      this.#values.set(fold(key), value);
      const isLacking = missingIn(listOf(value), this.#others.of(key)).length > 0;
      return isLacking && readonly !== true ? { key, readonly } : entry;
    });
    return { ...(answer as Params), configurationKey: shown };
  }

  async #change(call: Call, params: Params): Promise<unknown> {
    const [key, own] = [String(params.key), String(params.value)];
    const value = this.#others.of(key).length === 0 ? own : this.#others.united(key, own);
    if (value !== own) {
      const measured = listOf(this.valueOf(key) ?? '');
      if (missingIn(measured, listOf(value)).length === 0) return { status: 'Accepted' };
      const answer = await refusable(call('ChangeConfiguration', { key, value }));
      if (this.#isDone(key, value, answer?.status)) return answer;
    }
    const answer = (await call('ChangeConfiguration', params)) as Params | undefined;
    this.#isDone(key, own, answer?.status);
    return answer;
  }

  #isDone(name: string, value: string, status: unknown): boolean {
    if (DONE.has(status)) this.#note(name, value);
    return DONE.has(status);
  }

  #note(name: string, value: string): void {
    this.#values.set(fold(name), value);
    this.#set.add(fold(name));
  }

  async #setVariables(call: Call, params: Params): Promise<unknown> {
    const own = params.setVariableData as Params[];
    const isWanted = (entry: Params) => this.#others.of(pathOf(entry)).length > 0;
    const united = own.map((entry) => {
      if (!isWanted(entry)) return entry;
      return { ...entry, attributeValue: this.#others.united(pathOf(entry), String(entry.attributeValue)) };
    });
    if (!own.some(isWanted)) return this.#noted(own, await call('SetVariables', params));
    const answer = await refusable(call('SetVariables', { ...params, setVariableData: united }));
    if (answer === undefined) return this.#noted(own, await call('SetVariables', params));
    this.#noted(united, answer);
    const done = doneIn(answer);
    const again = own.filter((entry) => isWanted(entry) && !done.has(pathOf(entry)));
    if (again.length === 0) return answer;
    const plain = this.#noted(again, await call('SetVariables', { setVariableData: again }));
    const kept = resultsOf(answer).filter(
      (result) => !again.some((entry) => pathOf(entry) === pathOf(result)),
    );
    return { ...answer, setVariableResult: [...kept, ...resultsOf(plain)] };
  }

  #noted(entries: readonly Params[], answer: unknown): Params {
    const done = doneIn(answer);
    for (const entry of entries)
      if (done.has(pathOf(entry))) this.#note(pathOf(entry), String(entry.attributeValue));
    return (answer ?? {}) as Params;
  }
}

const resultsOf = (answer: unknown): Params[] => {
  const { setVariableResult } = (answer ?? {}) as Params;
  return Array.isArray(setVariableResult) ? (setVariableResult as Params[]) : [];
};

const doneIn = (answer: unknown): Set<string> =>
  new Set(
    resultsOf(answer)
      .filter(({ attributeStatus }) => DONE.has(attributeStatus))
      .map(pathOf),
  );

/** An error of the protocol is a refusal: undefined. Silence is thrown. */
async function refusable(answer: Promise<unknown>): Promise<Params | undefined> {
  try {
    return ((await answer) ?? {}) as Params;
  } catch (error) {
    if ((error as { rpcErrorCode?: string }).rpcErrorCode === undefined) throw error;
    return undefined;
  }
}
