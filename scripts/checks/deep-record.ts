import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { StageResult } from '../lib/stage.ts';

const Result = z.object({ passed: z.int().nonnegative(), failed: z.int().nonnegative() });

const Stored = z.object({
  /** Of everything that decides what the stages find. */
  sourcesHash: z.string(),
  /** The stages that passed, by name. */
  passed: z.record(z.string(), Result),
});

/** Which stages of a deep run passed over these sources, on disk from the moment that each of them ended. */
export class DeepRecord {
  readonly #file: string;
  readonly #sourcesHash: string;
  readonly #passed: Record<string, StageResult>;
  /** There are results of other sources, of no use any more. */
  readonly isOutdated: boolean;

  constructor(file: string, sourcesHash: string) {
    this.#file = file;
    this.#sourcesHash = sourcesHash;
    const stored = read(file);
    this.isOutdated = stored !== undefined && stored.sourcesHash !== sourcesHash;
    this.#passed = stored === undefined || this.isOutdated ? {} : stored.passed;
  }

  resultOf(stage: string): StageResult | undefined {
    return this.#passed[stage];
  }

  forget(stages: readonly string[]): void {
    for (const stage of stages) delete this.#passed[stage];
    this.#write();
  }

  add(stage: string, { passed, failed }: StageResult): void {
    if (failed > 0) return;
    this.#passed[stage] = { passed, failed };
    this.#write();
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    const stored = { sourcesHash: this.#sourcesHash, passed: this.#passed };
    writeFileSync(`${this.#file}.new`, JSON.stringify(stored, null, 2));
    renameSync(`${this.#file}.new`, this.#file);
  }
}

/** A record that cannot be read counts as none: the stages run again. */
function read(file: string): z.infer<typeof Stored> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return Stored.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
