import { expect, it } from 'vitest';
import { lateRooms } from '../../server/web/build/firstWords.ts';

it('the build finds messages in the first load that come later, however they are written', () => {
  const code = "t('app.title'); rich('map.lead', {}); t(`vault.state`); rich(\"demo.link\"); tOf('errors.x')";
  expect(lateRooms('/x/server/web/app/Shell.tsx', code)).toEqual(['vault', 'demo']);
  expect(lateRooms('/x/server/web/app/Shell.tsx', "t('app.title'); list('vault.x'); t(id)")).toEqual([]);
  expect(lateRooms('/x/server/web/app/moved.ts', "t('errors.moved.nothing')")).toEqual([]);
});
