/** An expected event: its name and the arguments that the model has. */
export interface Emitted {
  name: string;
  args: Record<string, bigint | number | boolean>;
}

/**
 * What a call should do. `refusals` names every rule that it breaks: the market must refuse it by one of them, and
 * must not refuse it if there are none. Which of several it is, is not defined.
 */
export interface Forecast {
  refusals: string[];
  /** The row of the table of states, or the kind of call. */
  row: string;
  /** Changes the model as the call changes the ledger. */
  effect: () => Emitted[];
}

/** A rule's error and whether the call breaks it. */
export type Rule = readonly [error: string, broken: boolean];

export const brokenOf = (rules: readonly Rule[]): string[] =>
  rules.filter(([, broken]) => broken).map(([error]) => error);

export const forecastOf = (row: string, rules: readonly Rule[], effect: () => Emitted[]): Forecast => ({
  refusals: brokenOf(rules),
  row,
  effect,
});

/** True if one of the accounts calls without a signature, or signed. */
export const isAuthorizedBy = (accounts: readonly string[], sender: string, signer: string | null): boolean =>
  accounts.includes(signer ?? sender);
