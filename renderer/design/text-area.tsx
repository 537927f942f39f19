/** A field for several lines, as Fluent's input looks. Within a `Field` it has its label, hint and error. */
import { makeStyles, mergeClasses, tokens, useFieldControlProps_unstable } from '@fluentui/react-components';
import type { TextareaHTMLAttributes } from 'react';

const useStyles = makeStyles({
  area: {
    display: 'block',
    boxSizing: 'border-box',
    width: '100%',
    minHeight: '56px',
    margin: 0,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    resize: 'vertical',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderBottomColor: tokens.colorNeutralStrokeAccessible,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    ':focus': {
      outline: '2px solid transparent',
      borderBottomColor: tokens.colorCompoundBrandStroke,
      boxShadow: `inset 0 -1px 0 ${tokens.colorCompoundBrandStroke}`,
    },
    ':disabled': { color: tokens.colorNeutralForegroundDisabled },
    '&[aria-invalid="true"]:not(:focus)': { border: `1px solid ${tokens.colorPaletteRedBorder2}` },
  },
});

export interface TextAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange'> {
  readonly onText?: (text: string) => void;
}

export function TextArea({ className, onText, ...props }: TextAreaProps) {
  const styles = useStyles();
  const inField = useFieldControlProps_unstable(props, { supportsLabelFor: true, supportsRequired: true });
  return (
    <textarea
      {...inField}
      className={mergeClasses(styles.area, className)}
      onChange={({ target }) => onText?.(target.value)}
    />
  );
}
