export function Brand() {
  return (
    <>
      <svg
        viewBox="0 0 24 24"
        className="size-5 text-accent"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M3 8c3-4 6-4 9 0s6 4 9 0" />
        <path d="M3 16c3-4 6-4 9 0s6 4 9 0" />
      </svg>
      Floww
    </>
  );
}
