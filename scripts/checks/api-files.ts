import { makeDocument } from '../../protocol/api/document.ts';
import { OPERATIONS } from '../../protocol/api/index.ts';
import { INFO } from '../../protocol/api/info.ts';
import { isMain } from '../lib/main.ts';
import { generateClient } from './api-client.ts';
import { checkFiles } from './check-file.ts';

if (isMain(import.meta)) {
  const document = makeDocument(OPERATIONS, INFO);
  const files = {
    'protocol/api/openapi.json': `${JSON.stringify(document, null, 2)}\n`,
    'protocol/api/generated.ts': await generateClient(document, OPERATIONS),
  };
  const isSame = checkFiles(files, 'the operations', process.argv.includes('--write'));
  process.exitCode = isSame ? 0 : 1;
}
