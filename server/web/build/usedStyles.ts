import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const COMPONENT = /@mantine\/core\/esm\/(?:.+\/)?([A-Z]\w+)\.module\.mjs$/;

/** Names of the styles that modules of Mantine need, by the paths of its compiled modules of CSS. */
export const neededStyles = (modules: readonly string[]): string[] => [
  ...new Set(modules.map((id) => COMPONENT.exec(id)?.[1]).filter((name) => name !== undefined)),
];

/** Fails the build where the page uses a component of Mantine whose styles `app/mantine.css` does not have. */
export function usedStyles(): Plugin {
  let list = '';
  let folder = '';
  return {
    name: 'plugpact:used-styles',
    apply: 'build',
    async buildStart() {
      list = readFileSync(join(import.meta.dirname, '../app/mantine.css'), 'utf8');
      const all = await this.resolve('@mantine/core/styles.css');
      folder = join(dirname(all?.id ?? ''), 'styles');
    },
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []));
      const missing = neededStyles(modules).filter(
        (name) => existsSync(join(folder, `${name}.css`)) && !list.includes(`/${name}.css`),
      );
      if (missing.length > 0) this.error(`app/mantine.css has no styles of ${missing.join(', ')}.`);
    },
  };
}
