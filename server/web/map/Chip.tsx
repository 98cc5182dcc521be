import type { ChangeEvent, ReactNode } from 'react';

interface Props {
  label: string;
  value: string;
  isOn: boolean;
  onPick: (value: string) => void;
  children: ReactNode;
}

/** A filter as a chip: a select of the browser, which every phone and screen reader knows. */
export function Chip({ label, value, isOn, onPick, children }: Props) {
  const change = (event: ChangeEvent<HTMLSelectElement>) => onPick(event.currentTarget.value);
  return (
    <select className="pp-chip" aria-label={label} data-on={isOn} value={value} onChange={change}>
      {children}
    </select>
  );
}
