import { route } from "@/lib/http/route";
import { overview } from "@/lib/store/overview";

export const GET = route({ access: "read" }, () => overview());
