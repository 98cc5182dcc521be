import { useState } from 'react';
import { lazyPart } from './Boundary.tsx';
import { SettingsButton } from './SettingsButton.tsx';

// What floats over a page is large, and few readers open it.
const SettingsMenu = lazyPart(() => import('./SettingsMenu.tsx'), <SettingsButton loading />);

/** Opens the page's settings. */
export function Settings() {
  const [isAsked, setAsked] = useState(false);
  return isAsked ? (
    <SettingsMenu />
  ) : (
    <SettingsButton aria-haspopup="dialog" onClick={() => setAsked(true)} />
  );
}
