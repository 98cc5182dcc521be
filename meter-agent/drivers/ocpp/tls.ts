import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { PlugpactError } from '../../../protocol/errors.ts';

/**
 * PEM files of the agent's own certificate, and of the authority that signs the charge points' (security profile 3).
 */
export interface TlsFiles {
  certFile: string;
  keyFile: string;
  clientCaFile?: string | undefined;
}

function pem(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlugpactError(
      {
        code: 'config.unreadable',
        value: `ocpp.tls.${key} = ${file}`,
        rule: 'Certificate and key of the socket for wallboxes are PEM files that this program can read.',
        remedy: reason,
        details: { reason },
      },
      { cause: error },
    );
  }
}

/** Throws PlugpactError `config.unreadable` that names the file. */
export function secureContextOf({ certFile, keyFile, clientCaFile }: TlsFiles): SecureContextOptions {
  return {
    cert: pem('certFile', certFile),
    key: pem('keyFile', keyFile),
    // OCPP's security profiles 2 and 3 ask for 1.2 at least.
    minVersion: 'TLSv1.2',
    ...(clientCaFile === undefined ? {} : { ca: pem('clientCaFile', clientCaFile) }),
  };
}
