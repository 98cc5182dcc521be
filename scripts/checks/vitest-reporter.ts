// Tells the runner of `npm test` what vitest does, file by file. Loaded by vitest, in the process that has a channel to
// the runner; when the runner is gone, the channel closes and the run ends.
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/** How many files the run has, then what came of each. */
export type VitestMessage =
  | { type: 'files'; count: number }
  | { type: 'file'; file: string; passed: number; failed: number; seconds: number };

const send = (message: VitestMessage): void => void process.send?.(message);

export default class ChannelReporter implements Reporter {
  #root = '';

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
    process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
    process.channel?.unref();
  }

  onTestRunStart(specifications: readonly unknown[]): void {
    send({ type: 'files', count: specifications.length });
  }

  onTestModuleEnd(module: TestModule): void {
    const { duration } = module.diagnostic();
    const file = module.moduleId.slice(this.#root.length + 1);
    const states = [...module.children.allTests()].map((test) => test.result().state);
    const count = (wanted: string) => states.filter((state) => state === wanted).length;
    // Outside of the tests: the file does not load, or one of its hooks failed.
    const broken = module.errors().length > 0 ? 1 : 0;
    const [passed, failed] = [count('passed'), count('failed') + broken];
    send({ type: 'file', file, passed, failed, seconds: duration / 1_000 });
  }
}
