package gateway

import (
	"context"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	adminloginpb "coffee/proto/coffee/adminlogin/v1"
	analyticspb "coffee/proto/coffee/analytics/v1"
	cafepb "coffee/proto/coffee/cafe/v1"
	inventorypb "coffee/proto/coffee/inventory/v1"
	loginpb "coffee/proto/coffee/login/v1"
	menupb "coffee/proto/coffee/menu/v1"
	orderpb "coffee/proto/coffee/order/v1"
)

// service is one row of what stands behind the gateway.
type service struct {
	name     string // of its connection
	contract string
	register func(*runtime.ServeMux, grpc.ClientConnInterface) error
}

// services are all that stand behind the gateway.
var services = []service{
	{"login", loginpb.LoginService_ServiceDesc.ServiceName, with(loginpb.NewLoginServiceClient, loginpb.RegisterLoginServiceHandlerClient)},
	{"adminlogin", adminloginpb.AdminLoginService_ServiceDesc.ServiceName, with(adminloginpb.NewAdminLoginServiceClient, adminloginpb.RegisterAdminLoginServiceHandlerClient)},
	{"cafe", cafepb.CafeService_ServiceDesc.ServiceName, with(cafepb.NewCafeServiceClient, cafepb.RegisterCafeServiceHandlerClient)},
	{"menu", menupb.MenuService_ServiceDesc.ServiceName, with(menupb.NewMenuServiceClient, menupb.RegisterMenuServiceHandlerClient)},
	{"inventory", inventorypb.InventoryService_ServiceDesc.ServiceName, with(inventorypb.NewInventoryServiceClient, inventorypb.RegisterInventoryServiceHandlerClient)},
	{"order", orderpb.OrderService_ServiceDesc.ServiceName, with(orderpb.NewOrderServiceClient, orderpb.RegisterOrderServiceHandlerClient)},
	{"analytics", analyticspb.AnalyticsService_ServiceDesc.ServiceName, with(analyticspb.NewAnalyticsServiceClient, analyticspb.RegisterAnalyticsServiceHandlerClient)},
}

func with[C any](client func(grpc.ClientConnInterface) C, register func(context.Context, *runtime.ServeMux, C) error) func(*runtime.ServeMux, grpc.ClientConnInterface) error {
	return func(mux *runtime.ServeMux, conn grpc.ClientConnInterface) error {
		return register(context.Background(), mux, client(conn))
	}
}
