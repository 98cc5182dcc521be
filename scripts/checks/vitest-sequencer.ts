import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { longestFirst } from '../lib/long-files.ts';
import { ROOT } from '../lib/paths.ts';

const fileOf = ({ moduleId }: TestSpecification): string => relative(ROOT, moduleId).replaceAll('\\', '/');

/** The order in which vitest begins the test files of a run. */
export class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const order = longestFirst(specifications.map(fileOf), this.ctx.config.sequence.seed);
    const placeOf = new Map(order.map((file, index) => [file, index]));
    const place = (specification: TestSpecification) => placeOf.get(fileOf(specification)) ?? 0;
    return specifications.toSorted((a, b) => place(a) - place(b));
  }
}
