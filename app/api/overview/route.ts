import { Overview } from "@/lib/contract/overview";
import { route } from "@/lib/http/route";
import { overview } from "@/lib/store/overview";

export const GET = route({ access: "read", answer: Overview }, () => overview());
