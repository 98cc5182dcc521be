import { expect, it } from 'vitest';
import { neededStyles } from '../../server/web/build/usedStyles.ts';

it('the build knows by its modules which styles of Mantine a page needs', () => {
  const core = '/x/node_modules/@mantine/core/esm';
  const modules = [
    ...[`${core}/components/Button/Button.mjs`, `${core}/components/Button/Button.module.mjs`],
    ...[`${core}/components/Checkbox/CheckboxCard/CheckboxCard.module.mjs`, '/x/server/web/Shell.tsx'],
    `${core}/components/Button/Button.module.mjs`,
  ];
  expect(neededStyles(modules)).toEqual(['Button', 'CheckboxCard']);
});
