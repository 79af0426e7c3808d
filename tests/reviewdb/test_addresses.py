"""Addresses that belong to the whole project."""


def test_the_root_of_the_api_leads_to_its_documentation(client, db):
    answer = client.get("/api/v1/", follow=True)
    assert [hop for hop, _ in answer.redirect_chain] == ["/api/v1/docs/"]
    assert answer.status_code == 200
