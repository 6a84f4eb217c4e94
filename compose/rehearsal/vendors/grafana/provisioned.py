"""What is provisioned: reads the data sources and dashboards as Grafana would, and tells all mistakes."""

import json
from pathlib import Path

import yaml


class Provisioned:
    """The data sources and dashboards by their uid, and what is wrong with them."""

    def __init__(self, folder):
        self.datasources = {}
        self.dashboards = {}
        self.mistakes = []
        for path, entry in self._entries(Path(folder, "datasources"), "datasources"):
            self._datasource(path, entry)
        for path, entry in self._entries(Path(folder, "dashboards"), "providers"):
            self._provider(path, entry)
        for name, dashboard in self.dashboards.items():
            self._check_sources(name, dashboard["file"], dashboard["json"])

    def _wrong(self, where, what):
        self.mistakes.append(f"{where}: {what}")

    def _entries(self, folder, key):
        """The entries under a key in all YAML files of a folder."""
        if not folder.is_dir():
            return self._wrong(folder, "is no folder")
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                content = yaml.safe_load(path.read_text())
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                self._wrong(path, " ".join(str(error).split()))
                continue
            if not isinstance(content, dict) or content.get("apiVersion") != 1:
                self._wrong(path, "has no apiVersion: 1")
            elif not isinstance(content.get(key), list):
                self._wrong(path, f"has no list of {key}")
            else:
                yield from ((path, entry) for entry in content[key])

    def _datasource(self, path, entry):
        missing = [key for key in ("name", "type", "access", "url") if not entry.get(key)]
        if missing:
            self._wrong(path, f"a data source without {', '.join(missing)}")
        uid = entry.get("uid") or entry.get("name")
        if uid in self.datasources:
            self._wrong(path, f"a second data source {uid}")
        if entry.get("isDefault") and any(other.get("isDefault") for other in self.datasources.values()):
            self._wrong(path, "a second default data source")
        self.datasources[uid] = entry

    def _provider(self, path, entry):
        folder = (entry.get("options") or {}).get("path")
        if entry.get("type", "file") != "file" or not entry.get("name") or not folder:
            return self._wrong(path, "a provider without name or options.path, or not of the type file")
        if not Path(folder).is_dir():
            return self._wrong(path, f"the provider {entry['name']} shows the folder {folder}, which does not exist")
        files = sorted(Path(folder).rglob("*.json"))
        if not files:
            self._wrong(folder, "holds no dashboard")
        for file in files:
            self._dashboard(file, entry)

    def _dashboard(self, file, provider):
        try:
            dashboard = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            return self._wrong(file, str(error))
        missing = [key for key in ("uid", "title", "panels") if not dashboard.get(key)]
        if missing:
            return self._wrong(file, f"has no {', '.join(missing)}")
        uid = dashboard["uid"]
        if len(uid) > 40 or not all(letter.isalnum() or letter in "-_" for letter in uid):
            self._wrong(file, f"the uid {uid} is longer than 40, or has other than letters, digits, - and _")
        if uid in self.dashboards:
            return self._wrong(file, f"has the uid of {self.dashboards[uid]['file']}")
        ids = set()
        for panel in panels_of(dashboard):
            self._panel(file, panel, ids)
        self.dashboards[uid] = {"file": str(file), "folder": provider.get("folder", ""), "json": dashboard}

    def _panel(self, file, panel, ids):
        name = panel.get("title") or f"panel {panel.get('id')}"
        if panel.get("id") in ids:
            self._wrong(file, f"{name}: the id {panel['id']} twice")
        ids.add(panel.get("id"))
        place = panel.get("gridPos") or {}
        if not panel.get("type") or not all(isinstance(place.get(key), int) for key in "xywh"):
            self._wrong(file, f"{name}: no type, or no gridPos with x, y, w and h")
        elif place["x"] + place["w"] > 24:
            self._wrong(file, f"{name}: is wider than the grid of 24 columns")
        if panel.get("type") in ("row", "text"):
            return
        targets = panel.get("targets") or []
        if not targets:
            self._wrong(file, f"{name}: asks for nothing")
        for target in targets:
            if not target.get("expr") or not target.get("refId"):
                self._wrong(file, f"{name}: a target without expr or refId")

    def _check_sources(self, name, file, dashboard):
        variables = {variable["name"] for variable in dashboard.get("templating", {}).get("list", [])}
        for uid in sorted(set(sources_in(dashboard))):
            known = uid in self.datasources or uid in ("-- Grafana --", "grafana", "-- Mixed --")
            if not known and uid.strip("${}") not in variables:
                self._wrong(file, f"{name} asks the data source {uid}, which is not provisioned")


def panels_of(dashboard):
    """All panels, those in collapsed rows too."""
    for panel in dashboard["panels"]:
        yield panel
        yield from panel.get("panels") or []


def sources_in(node):
    """The uid of every data source that is named anywhere."""
    if isinstance(node, list):
        for inner in node:
            yield from sources_in(inner)
    elif isinstance(node, dict):
        source = node.get("datasource")
        if isinstance(source, dict) and source.get("uid"):
            yield source["uid"]
        elif isinstance(source, str):
            yield source
        for inner in node.values():
            yield from sources_in(inner)
