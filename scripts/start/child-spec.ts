/** When a child counts as up: it says on which port it listens, and then answers HTTP 2xx at `http`, if that is given. */
export type Ready = {
  /** A line of its log; the first group is the port. */
  line: RegExp;
  /** A path on that port. */
  http?: string;
};

/** A child of the supervisor. Its words go to `logs/NAME.log` in the data folder. */
export type ChildSpec = {
  name: string;
  /** Program; Node itself when left out, so that `args` begins with a script. */
  command?: string;
  args: readonly string[];
  env?: Record<string, string>;
  ready: Ready;
};

/** A child that is up. */
export type StartedChild = { port: number; isRunning: () => boolean };

/** What a step gets to know. */
export type StartContext = {
  dataDir: string;
  /** Speaks to the person at the terminal. */
  say: (text: string) => void;
  /** Starts a child, waits until it is up, and keeps it until the end of the run. */
  start: (spec: ChildSpec) => Promise<StartedChild>;
  /**
   * The same with the port that people know, or the first one after it that is free; a busy one is said. The child is
   * given the port 0, for any that is free, where the run was asked for ports of its own.
   */
  startOnPort: (
    preferred: number,
    what: string,
    specOf: (port: number) => ChildSpec,
  ) => Promise<StartedChild>;
  /** The last run did not end in order. */
  killed: boolean;
  /** Asks for the end of the run, for a plan with nothing left to keep running. */
  finish: (code: number) => void;
  /** Called once at the end of the run, after the children are gone. */
  atEnd: (last: () => void) => void;
};

/** Brings everything up and returns the address to open. */
export type Plan = (context: StartContext) => Promise<string>;
