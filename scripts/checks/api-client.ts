import openapiTS, { type OpenAPI3, type SchemaObject } from 'openapi-typescript';
import type { OpenApiDocument } from '../../protocol/api/document.ts';
import { fullPath, type Operation } from '../../protocol/api/operation.ts';

const HEAD = `// Generated from protocol/api/openapi.json by "npm run check -- --write". Do not edit.

/* eslint-disable */
`;

/** Hex is its own type in TypeScript (viem), and patterns are all that JSON Schema has for it. */
const transform = (schema: SchemaObject): string | undefined => {
  const { type, pattern } = schema as { type?: string; pattern?: string };
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a type, written as text.
  return type === 'string' && pattern?.startsWith('^0x') ? '`0x${string}`' : undefined;
};

/** Types of all requests and answers, and where each operation is. */
export async function generateClient(
  document: OpenApiDocument,
  operations: readonly Operation[],
): Promise<string> {
  const types = await openapiTS(document as unknown as OpenAPI3, { commentHeader: HEAD, transform });
  const routes = operations.map(
    (one) => `  ${one.operationId}: ['${one.method.toUpperCase()}', '${fullPath(one)}'],\n`,
  );
  return `${types}\n/** Method and path of each operation. */\nexport const ROUTES = {\n${routes.join('')}} as const;\n`;
}
