import { Link } from "@tanstack/react-router";
import { buttonClass } from "../ui/button.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { Empty } from "../ui/states.tsx";

export function NotFound() {
  return (
    <>
      <PageHeader title="Not found" />
      <Empty title="There is nothing at this address">
        <p>It may have been deleted, or it belongs to an organization that you are not in.</p>
        <Link to="/" className={buttonClass("plain", "mt-3")}>
          To the overview
        </Link>
      </Empty>
    </>
  );
}
