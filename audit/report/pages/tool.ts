import manifest from '../../../package.json' with { type: 'json' };

/** The version of this program. */
export const toolVersion: string = manifest.version;
