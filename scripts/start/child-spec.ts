/** When a child counts as up: it answers HTTP 2xx at a URL, answers JSON-RPC there, or says a line. */
export type Ready = { http: string } | { rpc: string } | { line: RegExp };

/** A child of the supervisor. Its words go to `logs/NAME.log` in the data folder. */
export type ChildSpec = {
  name: string;
  /** Program; Node itself when left out, so that `args` begins with a script. */
  command?: string;
  args: readonly string[];
  env?: Record<string, string>;
  ready: Ready;
};

/** What a step gets to know. */
export type StartContext = {
  dataDir: string;
  /** Speaks to the person at the terminal. */
  say: (text: string) => void;
  /** The first free port from `preferred` upwards; a busy one is said. */
  port: (preferred: number, what: string) => Promise<number>;
  /** Starts a child, waits until it is up, and keeps it until the end of the run; tells whether it still runs. */
  start: (spec: ChildSpec) => Promise<() => boolean>;
  /** The last run did not end in order. */
  killed: boolean;
  /** Asks for the end of the run, for a plan with nothing left to keep running. */
  finish: (code: number) => void;
  /** Called once at the end of the run, after the children are gone. */
  atEnd: (last: () => void) => void;
};

/** Brings everything up and returns the address to open. */
export type Plan = (context: StartContext) => Promise<string>;
