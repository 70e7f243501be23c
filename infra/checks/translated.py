"""The template as CloudFormation gets it: with the SAM transform applied."""

import copy
import functools
import logging
import os
import pathlib

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

INFRA = pathlib.Path(__file__).resolve().parent.parent
ROOT = INFRA.parent
TEMPLATE = INFRA / "template.yaml"
ZIPS = ROOT / "target" / "zips"
# Those that are always deployed, and those that a parameter turns on.
ALWAYS = ["intake", "relay", "dispatcher", "mailer", "feedback"]
SERVICES = [*ALWAYS, "connector", "publisher"]

# The translator logs warnings about its own usage metrics.
logging.getLogger("samtranslator").setLevel(logging.ERROR)


class NoManagedPolicies:
    """The template names no managed policy, so none has to be looked up in an account."""

    @staticmethod
    def load():
        return {}


@functools.cache
def _translated():
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    source = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))
    for resource in source["Resources"].values():
        # The translator expects an S3 URI, to which `aws cloudformation package` changes the path.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://artifacts/" + resource["Properties"]["CodeUri"]
    return transform(source, {}, NoManagedPolicies)


def translated():
    """A copy that the caller may change."""
    return copy.deepcopy(_translated())


def parameters():
    """The parameters as written."""
    return yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]


def of_type(template, kind):
    """Logical id and properties of every resource of a type."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }
