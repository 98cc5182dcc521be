/** When a child counts as up: it prints the port on which it listens, and then answers HTTP 2xx at `http`, if given. */
export type Ready = {
  /** A line of its log; the first group is the port. */
  line: RegExp;
  /** A path on that port. */
  http?: string;
};

/** A child of the supervisor. Its output goes to `logs/NAME.log` in the data folder. */
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

/** What a plan can use. */
export type StartContext = {
  dataDir: string;
  /** Prints to the terminal. */
  say: (text: string) => void;
  /** Starts a child and waits until it is up; it runs until the end of the run. */
  start: (spec: ChildSpec) => Promise<StartedChild>;
  /**
   * The same with the port that people know, or the first free one after it; a busy port is reported. The child gets
   * port 0, for any free port, in a run with `anyPort`.
   */
  startOnPort: (
    preferred: number,
    what: string,
    specOf: (port: number) => ChildSpec,
  ) => Promise<StartedChild>;
  /** The last run was killed. */
  killed: boolean;
  /** Ends the run, for a plan that has nothing left to do. */
  finish: (code: number) => void;
  /** Called once at the end of the run, after the children are gone. */
  atEnd: (last: () => void) => void;
};

/** Brings everything up and returns the address to open. */
export type Plan = (context: StartContext) => Promise<string>;
