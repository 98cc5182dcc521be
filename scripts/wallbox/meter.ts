import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** The register counts in W·ms so that short ticks are not lost. */
const WMS_PER_WH = 3_600_000;

const openTransaction = z.object({
  transactionId: z.union([z.int(), z.string()]),
  idTag: z.string(),
});
export type UnfinishedTransaction = z.infer<typeof openTransaction>;

const stored = z.object({
  registerWms: z.number().min(0),
  pagination: z.int().min(0),
  open: openTransaction.nullable(),
});

/** Total import register on disk: it never restarts, except when the fault `restartAtZero` is asked for. */
export class Meter {
  readonly #file: string;
  #state: z.infer<typeof stored> = { registerWms: 0, pagination: 0, open: null };

  constructor(file: string) {
    this.#file = file;
    mkdirSync(dirname(file), { recursive: true });
    try {
      this.#state = stored.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  /** Whole Wh, as a wallbox reports them. */
  get registerWh(): number {
    return Math.floor(this.#state.registerWms / WMS_PER_WH);
  }

  /** Wh with their fraction, as some wallboxes report kWh. */
  get exactWh(): number {
    return this.#state.registerWms / WMS_PER_WH;
  }

  get open(): UnfinishedTransaction | null {
    return this.#state.open;
  }

  add(powerW: number, durationMs: number): void {
    this.#state.registerWms += powerW * durationMs;
  }

  restartAtZero(): void {
    this.#state.registerWms = 0;
    this.save();
  }

  setOpen(open: UnfinishedTransaction | null): void {
    this.#state.open = open;
    this.save();
  }

  /** OCMF's pagination counter: one more for each signed record. */
  nextPagination(): number {
    this.#state.pagination += 1;
    this.save();
    return this.#state.pagination;
  }

  save(): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(this.#state));
    renameSync(`${this.#file}.new`, this.#file);
  }
}
