import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createValidator, type Validator } from 'ocpp-rpc/lib/validator.js';

interface Schema {
  $id?: string;
  type?: string;
  additionalProperties?: boolean;
}

/** Removes `additionalProperties` of texts, which have none: the checker would reject such schemas. */
function withoutIdleWords(_key: string, schema: Schema | null): unknown {
  if (schema?.type !== 'string') return schema;
  const { additionalProperties: _idle, ...said } = schema;
  return said;
}

/** ocpp-rpc looks for `urn:Heartbeat.req` and `.conf`, but has OCPP 2.1's schemas under the names of the standard. */
const asked = (id = ''): string => id.replace(/Request$/, '.req').replace(/Response$/, '.conf');

/** Validator of OCPP 2.1's schemas, under the names that ocpp-rpc looks for. */
function createValidator21(): Validator {
  const file = fileURLToPath(import.meta.resolve('ocpp-rpc/lib/schemas/ocpp2_1.json'));
  const schemas = JSON.parse(readFileSync(file, 'utf8'), withoutIdleWords) as Schema[];
  return createValidator(
    'ocpp2.1',
    schemas.map((schema) => ({ ...schema, $id: asked(schema.$id) })),
  );
}

let validator21: Validator | undefined;

/** What a connection of this protocol needs beside ocpp-rpc's own validators. */
export function validatorsFor(subprotocol: string): Validator[] {
  if (subprotocol !== 'ocpp2.1') return [];
  validator21 ??= createValidator21();
  return [validator21];
}
