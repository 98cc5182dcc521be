import { configJsonSchema } from '../config/check.ts';
import type { Command } from './options.ts';

export const schema: Command = async () => {
  console.log(JSON.stringify(configJsonSchema(), null, 2));
  return 0;
};
