"""The declared permissions and the deployed environment are those of the code."""

import pytest

import code_calls as code
from permissions import declared_calls
from promises import FUNCTION
from translated import SERVICES, of_type, translated


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_declared_is_what_the_code_calls(service):
    assert code.actions_of(service) == declared_calls(service)


@pytest.mark.parametrize("service", SERVICES)
def test_the_environment_is_what_the_code_reads(service):
    function = of_type(translated(), FUNCTION)[service.capitalize()]
    assert set(function["Environment"]["Variables"]) == code.variables_of(service)


def test_a_call_is_found_across_lines():
    assert code.direct_actions("self.client\n.delete_item()\n.table_name(t)") == {"dynamodb:DeleteItem"}
    assert code.direct_actions("client.send_message_batch()") == {"sqs:SendMessage"}
    assert code.direct_actions("Value::query(1).scan_all()") == set()


def test_a_call_that_another_request_replaces_is_none():
    replaced = "answered(client.query().customize().interceptor(InsteadOfCall).send()).await;"
    assert code.direct_actions(f"{replaced} client.get_item();") == {"dynamodb:GetItem"}


def test_a_call_is_found_through_kit():
    assert "dynamodb:UpdateItem" in code.kit_actions()[("ledger", "claim")]
    assert "sqs:SendMessage" in code.kit_actions()[("queue", "move_message")]
