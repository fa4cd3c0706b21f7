/** The product's mark, as in app/icon.svg: a house whose rooms are bars of a chart. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#3b5bdb" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M7 15 16 8l9 7" />
        <path d="M10.5 24v-5M16 24v-9M21.5 24v-7" />
      </g>
    </svg>
  );
}
