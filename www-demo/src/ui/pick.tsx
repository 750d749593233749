// A choice out of a few, as a button that opens a list.
import { Menu } from "@base-ui/react/menu";
import type { ReactNode } from "react";
import { Icon } from "./icons";

export interface Choice {
  value: string;
  label: string;
  /** A second line. */
  note?: string;
  group?: string;
}

export function Pick({ label, value, choices, onPick, children }: { label: string; value: string; choices: Choice[]; onPick: (value: string) => void; children: ReactNode }) {
  const groups = [...new Set(choices.map(({ group }) => group))];
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className="pick" aria-label={`${label} ${choices.find((choice) => choice.value === value)?.label ?? value}`}>
        {children}
        <Icon name="down" size={14} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="floating">
          <Menu.Popup className="popup">
            <Menu.RadioGroup value={value} onValueChange={onPick}>
              {groups.map((group) => (
                <div key={group ?? ""} role="presentation">
                  {group !== undefined && (
                    <p className="popup-group" aria-hidden="true">
                      {group}
                    </p>
                  )}
                  {choices
                    .filter((choice) => choice.group === group)
                    .map((choice) => (
                      <Menu.RadioItem key={choice.value} value={choice.value} className="popup-item" closeOnClick label={choice.label}>
                        <span className="popup-main">
                          {choice.label}
                          {choice.note && <small>{choice.note}</small>}
                        </span>
                        <Menu.RadioItemIndicator>
                          <Icon name="check" size={14} />
                        </Menu.RadioItemIndicator>
                      </Menu.RadioItem>
                    ))}
                </div>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
