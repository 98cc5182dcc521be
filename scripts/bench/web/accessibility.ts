import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { packageDir } from '../../lib/paths.ts';

export interface Violation {
  rule: string;
  impact: string;
  /** Where: selectors and what is wrong there. */
  nodes: string[];
}

let source: string | undefined;

/** What axe finds on the page as it is, by the rules of WCAG 2.2 AA and its own best practices. */
export async function violationsOn(page: Page): Promise<Violation[]> {
  source ??= readFileSync(join(packageDir('axe-core'), 'axe.min.js'), 'utf8');
  if (!(await page.evaluate('typeof axe === "object"'))) await page.evaluate(source);
  return (await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => ({
      rule: id,
      impact,
      nodes: nodes.slice(0, 5).map(({ target, any }) => target.join(' ') + ': ' + (any[0]?.message ?? '')),
    })))`)) as Violation[];
}
