import type { ValueSelectorProps } from "react-querybuilder";

interface Option {
  name: string;
  label: string;
}

/** A select that is told apart by its label, not by a title alone. */
export function Selector({ className, title, value, options, handleOnChange, disabled, testID }: ValueSelectorProps) {
  return (
    <select className={className} aria-label={title} data-testid={testID} value={value} disabled={disabled} onChange={({ target }) => handleOnChange(target.value)}>
      {(options as Option[]).map(({ name, label }) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </select>
  );
}
