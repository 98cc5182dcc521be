import { isBuiltin } from 'node:module';
import type { Plugin } from 'vite';

const PREFIX = '\0node-builtin:';

/** What the bundler's own runtime imports has to be there before all that is bundled. */
const OF_RUNTIME = /^(node:)?module$/;

/** A constant for each export; of those that nobody imports the bundler leaves nothing. */
function sourceOf(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter(
    (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default',
  );
  const exported = names.map((key) => `export const ${key} = /* @__PURE__ */ of('${key}');`);
  const builtin = `process.getBuiltinModule(${JSON.stringify(name)})`;
  return [`const builtin = ${builtin};`, 'const of = (name) => builtin[name];', 'export default builtin;']
    .concat(exported)
    .join('\n');
}

/**
 * Node's own modules without their ES module faces: an `import` of one reads all that it exports, what is loaded on
 * demand too. For `node:http` that is a whole second HTTP client, 14 MB for as long as the program runs.
 */
export function nodeBuiltins(): Plugin {
  return {
    name: 'plugpact-node-builtins',
    enforce: 'pre',
    resolveId(source, _importer, { kind }) {
      if (!isBuiltin(source) || OF_RUNTIME.test(source) || kind === 'require-call') return undefined;
      return { id: PREFIX + source, moduleSideEffects: false };
    },
    load: (id) => (id.startsWith(PREFIX) ? sourceOf(id.slice(PREFIX.length)) : undefined),
  };
}
