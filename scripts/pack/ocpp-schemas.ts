import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { packageDir } from '../lib/paths.ts';

const SCHEMAS = { 'ocpp1.6': 'ocpp1_6', 'ocpp2.0.1': 'ocpp2_0_1', 'ocpp2.1': 'ocpp2_1' };

const entryOf = ([subprotocol, file]: string[]): string => `lazy('${subprotocol}', './schemas/${file}.json')`;

/** `require` with a path that is not literal is left to the running program, where it is relative to the bundle. */
const VALIDATORS = `
const { createValidator } = require('./validator');
const read = (path) => require(path);
const lazy = (subprotocol, path) => {
  let made;
  const validator = () => (made ??= createValidator(subprotocol, read(path)));
  return {
    subprotocol,
    get _ajv() { return validator()._ajv; },
    validate: (schemaId, params) => validator().validate(schemaId, params),
  };
};
module.exports = [${Object.entries(SCHEMAS).map(entryOf).join(', ')}];
`;

/**
 * The schemas of OCPP as files of the archive, each read when its first message is checked: ocpp-rpc reads all of them,
 * 1.7 MB of JSON, in every process that loads it.
 */
export function ocppSchemas(): Plugin {
  const folder = join(packageDir('ocpp-rpc'), 'lib');
  return {
    name: 'plugpact-ocpp-schemas',
    load(id) {
      if (id !== join(folder, 'standard-validators.js')) return undefined;
      for (const file of Object.values(SCHEMAS)) {
        const source = JSON.stringify(JSON.parse(readFileSync(join(folder, `schemas/${file}.json`), 'utf8')));
        this.emitFile({ type: 'asset', fileName: `schemas/${file}.json`, source });
      }
      return VALIDATORS;
    },
  };
}
